-- A row is an account on Bilibili and one of its fans, or an account that it is a fan of.
SELECT
    'bilibili:' || crawled_person(fan_id, NULL) AS follower,
    'bilibili:' || crawled_person(up_id, NULL) AS followee,
    _file,
    _row
FROM contacts
