-- A row is an account: one that posted, commented, follows or is followed, a sponsor, or a profile of its own.
WITH profiles AS (
    SELECT
        lower(node ->> '$.username') AS consumer,
        node ->> '$.username' AS handle,
        node ->> '$.full_name' AS name,
        coalesce(node ->> '$.edge_followed_by.count', node ->> '$.follower_count') AS followers,
        node ->> '$.biography' AS bio,
        _file,
        _row
    FROM (SELECT TRY_CAST(node AS JSON) AS node, instaloader, _file, _row FROM nodes)
    WHERE TRY_CAST(instaloader AS JSON) ->> '$.node_type' = 'Profile'
    UNION ALL
    SELECT
        lower(handle),
        handle,
        export_field(string_map_data, 'name'),
        NULL,
        export_field(string_map_data, 'bio'),
        _file,
        _row
    FROM (
        SELECT
            string_map_data,
            coalesce(
                export_field(string_map_data, 'username'),
                nullif(regexp_extract(export, '^instagram-(.+?)-\d{4}-\d{2}-\d{2}', 1), ''),
                nullif(regexp_extract(export, '^(.+)_\d{8}(\.zip)?$', 1), '')
            ) AS handle,
            _file,
            _row
        FROM profile
    )
),
owners AS (
    SELECT TRY_CAST(node AS JSON) -> '$.owner' AS "owner" FROM nodes
    UNION ALL
    SELECT TRY_CAST("owner" AS JSON) FROM comments
    UNION ALL
    SELECT unnest(TRY(from_json(answers, '["JSON"]'))) -> '$.owner' FROM comments
),
sponsors AS (
    SELECT unnest(TRY(from_json(node ->> '$.edge_media_to_sponsor_user.edges', '["JSON"]')))
        ->> '$.node.sponsor.username' AS handle
    FROM (SELECT TRY_CAST(node AS JSON) AS node FROM nodes)
    UNION ALL
    SELECT unnest(TRY(from_json(node ->> '$.iphone_struct.sponsor_tags', '["JSON"]'))) ->> '$.sponsor.username'
    FROM (SELECT TRY_CAST(node AS JSON) AS node FROM nodes)
),
sightings AS (
    SELECT consumer, handle, name, followers, bio, NULL AS kind FROM profiles
    UNION ALL
    SELECT
        coalesce(lower("owner" ->> '$.username'), 'id-' || ("owner" ->> '$.id')),
        "owner" ->> '$.username',
        "owner" ->> '$.full_name',
        "owner" ->> '$.edge_followed_by.count',
        "owner" ->> '$.biography',
        NULL
    FROM owners
    UNION ALL
    SELECT lower(handle), handle, NULL, NULL, NULL, 'brand' FROM sponsors
    UNION ALL
    SELECT coalesce(lower(username), 'id-' || (TRY_CAST("owner" AS JSON) ->> '$.id')), username, NULL, NULL, NULL, NULL
    FROM media
    UNION ALL
    SELECT handle, handle, NULL, NULL, NULL, NULL
    FROM (
        SELECT regexp_replace(unnest([follower, followee]), '^[^:]+:', '') AS handle FROM clean.follows
    )
),
merged AS (
    SELECT
        consumer,
        min(nullif(name, '')) AS name,
        'instagram' AS platform,
        max(to_whole(followers)) FILTER (to_whole(followers) >= 0) AS followers,
        any_value(kind) AS kind,
        'https://www.instagram.com/' || min(handle) || '/' AS url,
        min(handle) AS handle,
        min(nullif(bio, '')) AS bio
    FROM sightings
    WHERE consumer IS NOT NULL
    GROUP BY consumer
)
SELECT profiles.consumer, merged.* EXCLUDE (consumer), _file, _row
FROM profiles
LEFT JOIN merged ON merged.consumer = profiles.consumer
UNION ALL
SELECT merged.*, NULL, NULL
FROM merged
ANTI JOIN profiles ON merged.consumer = profiles.consumer
