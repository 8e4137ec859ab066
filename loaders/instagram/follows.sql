-- A row is an account in the official export's list of followers, or of the accounts that the exporting one follows.
WITH listed AS (
    SELECT 'follower' AS is_, string_list_data, title, export, _file, _row FROM followers
    UNION ALL
    SELECT 'follower', string_list_data, title, export, _file, _row FROM followers_before_2023
    UNION ALL
    SELECT 'followee', string_list_data, title, export, _file, _row FROM following
),
accounts AS (
    SELECT export, any_value(export_field(string_map_data, 'username')) AS account FROM profile GROUP BY export
),
alone AS (
    SELECT any_value(account) AS account FROM accounts HAVING count(DISTINCT account) = 1
),
named AS (
    SELECT
        is_,
        -- Since 2025 the name is the title, and there is no value beside the address.
        lower(coalesce(entry ->> '$.value', title, instagram_name(entry ->> '$.href'))) AS other,
        nullif(entry ->> '$.timestamp', '0') AS since,
        lower(coalesce(
            accounts.account,
            nullif(regexp_extract(listed.export, '^instagram-(.+?)-\d{4}-\d{2}-\d{2}', 1), ''),
            nullif(regexp_extract(listed.export, '^(.+)_\d{8}(\.zip)?$', 1), ''),
            (SELECT account FROM alone),
            refuse('whose list ' || _file || ' is stands neither in a folder called instagram-NAME-DATE nor in a '
                || 'personal_information.json')
        )) AS account,
        _file,
        _row
    FROM (SELECT *, TRY_CAST(string_list_data AS JSON) -> 0 AS entry FROM listed) AS listed
    LEFT JOIN accounts ON accounts.export = listed.export
)
SELECT
    if(is_ = 'follower', other, account) AS follower,
    if(is_ = 'follower', account, other) AS followee,
    -- The lists of both accounts may state a follow, seconds apart.
    coalesce(
        min(to_time(unix_time(since))) FILTER (
            to_time(unix_time(since)) BETWEEN TIMESTAMP '1990-01-01' AND current_timestamp AT TIME ZONE 'UTC' + INTERVAL 1 DAY
        ) OVER (
            PARTITION BY if(is_ = 'follower', other, account), if(is_ = 'follower', account, other)
        )::VARCHAR,
        unix_time(since)
    ) AS since,
    _file,
    _row
FROM named
