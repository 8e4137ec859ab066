-- A row is a fan of somebody on Bilibili, or somebody whom she is a fan of.
SELECT
    'bilibili:' || crawled_person(fan_id, NULL) AS follower,
    'bilibili:' || crawled_person(up_id, NULL) AS followee,
    _file,
    _row
FROM contacts
