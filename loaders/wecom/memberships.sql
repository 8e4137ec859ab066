-- A row is a member of a group chat.
SELECT
    chat AS "group",
    if("type" = '1', lower(userid), userid) AS consumer,
    CASE
        WHEN "type" = '1' AND lower(userid) = lower(chat_owner) THEN 'owner'
        WHEN "type" = '1' AND list_contains(admins, lower(userid)) THEN 'admin'
    END AS role,
    unix_time(join_time) AS joined_at,
    _file,
    _row
FROM (
    SELECT
        *,
        list_transform(TRY(from_json(chat_admins, '["JSON"]')), lambda admin: lower(admin ->> '$.userid')) AS admins
    FROM members
)
