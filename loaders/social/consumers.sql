-- A row is an account of which a list of profiles says something. Accounts in other files have no row of their own.
WITH RECURSIVE answers AS (
    SELECT platform, TRY_CAST(replies AS JSON) AS replies, NULL::JSON AS reply FROM comments WHERE replies IS NOT NULL
    UNION ALL
    SELECT platform, reply -> '$.replies', reply
    FROM (
        SELECT platform, unnest(TRY(from_json(replies, '["JSON"]'))) AS reply FROM answers WHERE replies IS NOT NULL
    )
),
sightings AS (
    SELECT account_id(platform, number, handle, profile) AS consumer, platform, handle, name, profile, followers, bio
    FROM profiles
    UNION ALL BY NAME
    SELECT
        account_id(platform, number, coalesce(handle, entry ->> '$.value'), coalesce(profile, entry ->> '$.href')) AS consumer,
        platform,
        coalesce(handle, entry ->> '$.value') AS handle,
        name,
        profile
    FROM (SELECT * REPLACE (TRY_CAST(entry AS JSON) -> 0 AS entry) FROM listed)
    UNION ALL BY NAME
    SELECT DISTINCT
        account_id(platform, NULL, if(contains(owner, '/'), NULL, owner), owner) AS consumer,
        platform,
        coalesce(instagram_name(owner), if(contains(owner, '/'), NULL, owner)) AS handle
    FROM listed
    WHERE NOT regexp_matches(owner, '^\w+:[^/]')
    UNION ALL BY NAME
    SELECT DISTINCT account_id(platform, NULL, NULL, post_url) AS consumer, platform, post_url AS profile FROM comments
    UNION ALL BY NAME
    SELECT account_id(platform, number, handle, profile) AS consumer, platform, handle, name, profile FROM comments
    UNION ALL BY NAME
    SELECT account_id(platform, number, handle, profile) AS consumer, platform, handle, name, profile, followers, bio FROM posts
    UNION ALL BY NAME
    SELECT
        account_id(platform, reply ->> '$.owner.id', reply ->> '$.ownerUsername', NULL) AS consumer,
        platform,
        reply ->> '$.ownerUsername' AS handle,
        reply ->> '$.owner.full_name' AS name
    FROM answers
    WHERE reply IS NOT NULL
),
merged AS (
    SELECT
        consumer,
        min(platform) AS platform,
        min(bare(handle)) AS handle,
        min(bare(name)) AS name,
        (max(to_whole(crawled_count(followers))) FILTER (to_whole(crawled_count(followers)) >= 0))::VARCHAR AS followers,
        min(profile_address(bare(profile))) AS url,
        min(bare(bio)) AS bio
    FROM sightings
    WHERE consumer IS NOT NULL
    GROUP BY consumer
),
listed_profiles AS (
    SELECT account_id(platform, number, handle, profile) AS consumer, followers, _file, _row FROM profiles
)
SELECT merged.* REPLACE (coalesce(merged.followers, crawled_count(listed_profiles.followers)) AS followers), _file, _row
FROM listed_profiles
JOIN merged ON merged.consumer = listed_profiles.consumer
UNION ALL
SELECT merged.*, NULL, NULL
FROM merged
ANTI JOIN listed_profiles ON merged.consumer = listed_profiles.consumer
