-- A row is a person in a group: from the group's own list, or from the person's profile, without the groups that every
-- forum has.
WITH named AS (
    SELECT lower("group") AS "group", lower(username) AS consumer, 'owner' AS role, added_at, _file, _row FROM owners
    UNION ALL
    SELECT lower("group"), lower(username), NULL, added_at, _file, _row FROM members
    UNION ALL
    SELECT lower(entry ->> '$.name'), lower("user" ->> '$.username'), NULL, NULL, _file, _row
    FROM (
        SELECT "user", unnest(TRY(from_json("user" ->> '$.groups', '["JSON"]'))) AS entry, _file, _row
        FROM (SELECT TRY_CAST("user" AS JSON) AS "user", _file, _row FROM users)
    )
    WHERE entry ->> '$.automatic' IS DISTINCT FROM 'true'
)
SELECT
    "group",
    consumer,
    max(role) OVER who AS role,
    coalesce(
        min(to_time(added_at)) FILTER (is_plausible(to_time(added_at))) OVER who::VARCHAR,
        added_at
    ) AS joined_at,
    _file,
    _row
FROM named
WINDOW who AS (PARTITION BY "group", consumer)
