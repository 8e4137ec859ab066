-- A row is a member of staff and one of the customers among their contacts.
WITH pairs AS (
    SELECT
        unnest(TRY(from_json(follow_user, '["JSON"]'))) AS follow,
        NULL AS staff,
        TRY_CAST(external_contact AS JSON) ->> '$.external_userid' AS customer,
        _file,
        _row
    FROM contacts
    UNION ALL
    SELECT TRY_CAST(follow_info AS JSON), staff, TRY_CAST(external_contact AS JSON) ->> '$.external_userid', _file, _row
    FROM followed
)
SELECT
    lower(coalesce(follow ->> '$.userid', staff)) AS follower,
    customer AS followee,
    unix_time(follow ->> '$.createtime') AS since,
    _file,
    _row
FROM pairs
-- An answer may leave out whose customer it is. It then gives a customer and no follow.
WHERE coalesce(follow ->> '$.userid', staff) IS NOT NULL AND customer IS NOT NULL
