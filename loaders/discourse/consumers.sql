-- A row is an account that wrote, acted, follows, is followed, is in a group or in the directory.
WITH profiles AS (
    SELECT TRY_CAST("user" AS JSON) AS "user", _file, _row FROM users
    UNION ALL
    SELECT TRY_CAST("user" AS JSON), _file, _row FROM directory
),
sightings AS (
    SELECT username, name, user_id, admin, moderator, NULL AS joined_at, NULL AS bio, NULL AS followers FROM posts
    UNION ALL
    SELECT
        "user" ->> '$.username',
        "user" ->> '$.name',
        "user" ->> '$.id',
        "user" ->> '$.admin',
        "user" ->> '$.moderator',
        "user" ->> '$.created_at',
        plain_text(coalesce("user" ->> '$.bio_cooked', "user" ->> '$.bio_excerpt')),
        "user" ->> '$.total_followers'
    FROM profiles
    UNION ALL
    SELECT username, name, NULL, NULL, NULL, NULL, NULL, NULL
    FROM (
        SELECT username, name FROM followers
        UNION ALL SELECT username, name FROM following
        UNION ALL SELECT username, name FROM members
        UNION ALL SELECT username, name FROM owners
        UNION ALL SELECT acting_username, acting_name FROM actions
        UNION ALL SELECT username, name FROM actions
        UNION ALL SELECT whose, NULL FROM followers
        UNION ALL SELECT whose, NULL FROM following
    )
),
merged AS (
    SELECT
        lower(username) AS consumer,
        coalesce(max(nullif(name, '')), max(username)) AS name,
        'discourse' AS platform,
        (max(to_whole(followers)) FILTER (to_whole(followers) >= 0))::VARCHAR AS followers,
        -- The system and its robot have ids below zero.
        if(bool_or(coalesce(admin, '') = 'true' OR coalesce(moderator, '') = 'true' OR starts_with(user_id, '-')),
            'staff', 'person') AS kind,
        (min(to_time(joined_at)) FILTER (is_plausible(to_time(joined_at))))::VARCHAR AS joined_at,
        -- A path may have the name in small letters; the forum's own spelling has capitals, which sort first.
        min(username) AS handle,
        max(nullif(bio, '')) AS bio
    FROM sightings
    WHERE username IS NOT NULL
    GROUP BY lower(username)
)
SELECT
    lower("user" ->> '$.username') AS consumer,
    merged.* EXCLUDE (consumer) REPLACE (
        -- What cannot be read is rejected with the row that has it.
        coalesce(merged.followers, "user" ->> '$.total_followers') AS followers,
        coalesce(merged.joined_at, "user" ->> '$.created_at') AS joined_at
    ),
    _file,
    _row
FROM profiles
LEFT JOIN merged ON merged.consumer = lower("user" ->> '$.username')
UNION ALL
SELECT *, NULL, NULL
FROM merged
ANTI JOIN profiles ON merged.consumer = lower("user" ->> '$.username')
