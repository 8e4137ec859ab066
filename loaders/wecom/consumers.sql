-- A row is a customer, or a member of staff, who follows customers and looks after groups.
WITH customers AS (
    SELECT
        contact ->> '$.external_userid' AS consumer,
        contact ->> '$.name' AS name,
        contact ->> '$.type' AS type_,
        contact ->> '$.unionid' AS unionid,
        _file,
        _row
    FROM (
        SELECT TRY_CAST(external_contact AS JSON) AS contact, _file, _row FROM contacts
        UNION ALL
        SELECT TRY_CAST(external_contact AS JSON), _file, _row FROM followed
    )
),
staff AS (
    SELECT unnest(TRY(from_json(follow_user, '["JSON"]'))) ->> '$.userid' AS handle, NULL AS name FROM contacts
    UNION ALL
    SELECT coalesce(TRY_CAST(follow_info AS JSON) ->> '$.userid', staff), NULL FROM followed
    UNION ALL
    SELECT userid, name FROM members WHERE "type" = '1'
    UNION ALL
    SELECT chat_owner, NULL FROM members
    UNION ALL
    SELECT unnest(TRY(from_json(chat_admins, '["JSON"]'))) ->> '$.userid', NULL FROM members
),
sightings AS (
    SELECT consumer, NULL AS handle, name, type_, unionid FROM customers
    UNION ALL
    SELECT userid, NULL, name, '1', unionid FROM members WHERE "type" IS DISTINCT FROM '1'
    UNION ALL
    SELECT lower(handle), handle, name, 'staff', NULL FROM staff
),
merged AS (
    SELECT
        consumer,
        min(nullif(name, '')) AS name,
        -- 1 is an account of WeChat, 2 one of WeCom.
        if(bool_or(type_ = '1'), 'wechat', 'wecom') AS platform,
        if(bool_or(type_ = 'staff'), 'staff', 'person') AS kind,
        min(handle) AS handle,
        min(unionid) AS unionid
    FROM sightings
    WHERE consumer IS NOT NULL
    GROUP BY consumer
)
SELECT customers.consumer, merged.* EXCLUDE (consumer), _file, _row
FROM customers
LEFT JOIN merged ON merged.consumer = customers.consumer
UNION ALL
SELECT merged.*, NULL, NULL
FROM merged
ANTI JOIN customers ON merged.consumer = customers.consumer
