-- A row is an account that wrote or commented, or whose profile was crawled. The last crawl counts.
WITH profiles AS (
    SELECT crawled_person(user_id, NULL) AS consumer, user_id, nickname, crawled_count(fans) AS fans, "desc",
        last_modify_ts, ip_location, _file, _row
    FROM creators
),
sightings AS (
    -- A place is of the moment at which the words beside it were written; that of a profile is of the crawl.
    SELECT consumer, user_id, nickname, fans, "desc", last_modify_ts, ip_location, last_modify_ts AS placed_at
    FROM profiles
    UNION ALL
    SELECT crawled_person(user_id, creator_hash), user_id, nickname, NULL, NULL, last_modify_ts, ip_location, "time"
    FROM contents
    UNION ALL
    SELECT crawled_person(user_id, creator_hash), user_id, nickname, NULL, NULL, last_modify_ts, ip_location,
        create_time
    FROM comments
    WHERE create_date_time IS NULL
),
merged AS (
    SELECT
        consumer,
        -- Since July 2026 names are masked: 李***雷, 李*.
        coalesce(
            arg_max(nickname, (at_, nickname)) FILTER (NOT regexp_full_match(nickname, '.?\*+.?')),
            arg_max(nickname, (at_, nickname)) FILTER (nickname IS NOT NULL)
        ) AS name,
        'xiaohongshu' AS platform,
        arg_max(to_whole(fans), (at_, to_whole(fans)))
            FILTER (to_whole(fans) >= 0)::VARCHAR AS followers,
        'https://www.xiaohongshu.com/user/profile/' || min(user_id) AS url,
        arg_max("desc", (at_, "desc")) FILTER ("desc" IS NOT NULL) AS bio,
        arg_max(place, (placed, place)) FILTER (place IS NOT NULL) AS location
    FROM (
        SELECT
            *,
            coalesce(TRY_CAST(last_modify_ts AS DOUBLE), 0) AS at_,
            crawled_place(ip_location) AS place,
            sortable_time(crawled_time(placed_at)) AS placed
        FROM sightings
    )
    WHERE consumer IS NOT NULL AND NOT _rounded(consumer)
    GROUP BY consumer
)
SELECT
    profiles.consumer,
    merged.* EXCLUDE (consumer) REPLACE (coalesce(merged.followers, profiles.fans) AS followers),
    _file,
    _row
FROM profiles
LEFT JOIN merged ON merged.consumer = profiles.consumer
UNION ALL
SELECT *, NULL, NULL
FROM merged
ANTI JOIN profiles ON merged.consumer = profiles.consumer
