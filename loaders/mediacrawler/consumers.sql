-- A row is an account that wrote, commented, follows or is followed, or whose profile was crawled. The most
-- recent crawl counts.
WITH profiles AS (
    SELECT
        platform || ':' || crawled_person(user_id, NULL) AS consumer,
        platform,
        user_id,
        nickname,
        crawled_count(coalesce(fans, total_fans)) AS fans,
        -- What Bilibili has verified is an organisation (1), a person (0) or nothing (-1).
        CASE WHEN is_official = '1' THEN 'brand' END AS kind,
        coalesce("desc", sign) AS bio,
        last_modify_ts,
        ip_location,
        _file,
        _row
    FROM (
        SELECT
            *,
            CASE
                WHEN total_fans IS NOT NULL THEN 'bilibili'
                WHEN videos_count IS NOT NULL THEN 'douyin'
                WHEN fans IS NOT NULL AND coalesce(interaction, url_token, registration_duration) IS NULL THEN 'weibo'
            END AS platform
        FROM creators
    )
    WHERE platform IS NOT NULL
),
-- Rows that have nothing of an account but its name.
announced AS (
    SELECT 'bilibili' AS platform, user_id, creator_hash, user_name, last_modify_ts, _file, _row
    FROM dynamics
    WHERE "type" = 'AV'
),
sightings AS (
    -- A place is of the moment at which the words beside it were written; that of a profile is of the crawl.
    SELECT platform, user_id, NULL AS creator_hash, nickname, NULL AS sec_uid, NULL AS handle, fans, kind, bio,
        last_modify_ts, ip_location, last_modify_ts AS placed_at
    FROM profiles
    UNION ALL
    SELECT
        CASE
            WHEN aweme_id IS NOT NULL THEN 'douyin'
            WHEN coalesce(create_date_time, comments_count, shared_count) IS NOT NULL THEN 'weibo'
            WHEN coalesce(video_play_count, video_comment) IS NOT NULL THEN 'bilibili'
        END,
        user_id, creator_hash, nickname, sec_uid, user_unique_id, NULL, NULL, user_signature, last_modify_ts,
        ip_location, coalesce(crawled_time(create_time), create_date_time)
    FROM contents
    UNION ALL
    SELECT
        CASE
            WHEN aweme_id IS NOT NULL THEN 'douyin'
            WHEN coalesce(create_date_time, comment_like_count) IS NOT NULL THEN 'weibo'
            WHEN regexp_full_match(video_id, '[\d.,E+]+|BV\w+') THEN 'bilibili'
        END,
        user_id, creator_hash, nickname, sec_uid, user_unique_id, NULL, NULL, coalesce(user_signature, sign),
        last_modify_ts, ip_location, coalesce(crawled_time(create_time), create_date_time)
    FROM comments
    UNION ALL
    SELECT 'bilibili', user_id, creator_hash, user_name, NULL, NULL, NULL, NULL, NULL, last_modify_ts, NULL, NULL
    FROM dynamics
    UNION ALL
    SELECT 'bilibili', up_id, NULL, up_name, NULL, NULL, NULL, NULL, up_sign, last_modify_ts, NULL, NULL
    FROM contacts
    UNION ALL
    SELECT 'bilibili', fan_id, NULL, fan_name, NULL, NULL, NULL, NULL, fan_sign, last_modify_ts, NULL, NULL
    FROM contacts
),
merged AS (
    SELECT
        consumer,
        -- Since July 2026 names are masked: 李***雷, 李*.
        coalesce(
            arg_max(nickname, (at_, nickname)) FILTER (NOT regexp_full_match(nickname, '.?\*+.?')),
            arg_max(nickname, (at_, nickname)) FILTER (nickname IS NOT NULL)
        ) AS name,
        platform,
        arg_max(to_whole(fans), (at_, to_whole(fans)))
            FILTER (to_whole(fans) >= 0)::VARCHAR AS followers,
        max(kind) AS kind,
        CASE platform
            WHEN 'douyin' THEN 'https://www.douyin.com/user/' || min(sec_uid)
            WHEN 'weibo' THEN 'https://weibo.com/u/' || min(nullif(user_id, 'None'))
            ELSE 'https://space.bilibili.com/' || min(nullif(user_id, 'None'))
        END AS url,
        arg_max(handle, (at_, handle)) FILTER (handle IS NOT NULL) AS handle,
        arg_max(bio, (at_, bio)) FILTER (bio IS NOT NULL) AS bio,
        arg_max(place, (placed, place)) FILTER (place IS NOT NULL) AS location
    FROM (
        SELECT
            *,
            platform || ':' || crawled_person(user_id, creator_hash) AS consumer,
            coalesce(TRY_CAST(last_modify_ts AS DOUBLE), 0) AS at_,
            crawled_place(ip_location) AS place,
            sortable_time(crawled_time(placed_at)) AS placed
        FROM sightings
    )
    WHERE consumer IS NOT NULL AND NOT _rounded(consumer)
    GROUP BY consumer, platform
),
profile_rows AS (
    SELECT consumer, platform, fans, _file, _row FROM profiles
    UNION ALL
    SELECT platform || ':' || crawled_person(user_id, creator_hash), platform, NULL, _file, _row FROM announced
)
SELECT
    profile_rows.consumer,
    merged.* EXCLUDE (consumer, platform) REPLACE (coalesce(merged.followers, profile_rows.fans) AS followers),
    profile_rows.platform,
    _file,
    _row
FROM profile_rows
LEFT JOIN merged ON merged.consumer = profile_rows.consumer
UNION ALL BY NAME
SELECT *, NULL AS _file, NULL AS _row
FROM merged
ANTI JOIN profile_rows ON merged.consumer = profile_rows.consumer
