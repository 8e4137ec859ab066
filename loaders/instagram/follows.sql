-- A row is an account in the official export's list of followers, or of the accounts that the exporting one follows.
WITH every AS (
    SELECT 'follower' AS is_, string_list_data, title, export, _file, _row FROM followers
    UNION ALL
    SELECT 'follower', string_list_data, title, export, _file, _row FROM followers_before_2023
    UNION ALL
    SELECT 'followee', string_list_data, title, export, _file, _row FROM following
),
-- The exports of two accounts may lie in folders of one name: an export is the whole path above its own folders.
listed AS (
    SELECT
        *,
        regexp_replace(_file, '(^|/)(connections/)?followers_and_following/[^/]+$', '') AS place
    FROM every
),
pages AS (
    SELECT
        regexp_replace(
            _file, '(^|/)(personal_information/personal_information|personal_information|account_information)/[^/]+$', ''
        ) AS page,
        min(export_field(string_map_data, 'username')) AS account
    FROM profile
    GROUP BY page
),
-- The name of a file is shorter where no other file is called alike, so that one path may be the end of the other.
pairs AS (
    SELECT place, page, account
    FROM (SELECT DISTINCT place FROM listed)
    JOIN pages
        ON place = page OR '' IN (place, page) OR ends_with(place, '/' || page) OR ends_with(page, '/' || place)
),
accounts AS (
    SELECT place, account
    FROM pairs
    QUALIFY place = page OR (count(*) OVER (PARTITION BY place) = 1 AND count(*) OVER (PARTITION BY page) = 1)
),
-- The one account with a page, where no list lies beside that: else a list elsewhere is of another export.
alone AS (
    SELECT min(account) AS account
    FROM pages
    HAVING count(DISTINCT account) = 1 AND NOT EXISTS (FROM pairs)
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
    LEFT JOIN accounts ON accounts.place = listed.place
)
SELECT
    if(is_ = 'follower', other, account) AS follower,
    if(is_ = 'follower', account, other) AS followee,
    -- The lists of both accounts may state a follow, seconds apart.
    coalesce(
        min(to_time(unix_time(since))) FILTER (is_plausible(to_time(unix_time(since)))) OVER (
            PARTITION BY if(is_ = 'follower', other, account), if(is_ = 'follower', account, other)
        )::VARCHAR,
        unix_time(since)
    ) AS since,
    _file,
    _row
FROM named
