-- A row is a comment as the last crawl has it, or an answer to one. A time or a count that cannot be read decides for
-- its own row alone. Weibo calls a comment that answers nothing its own root; Kuaishou's videos, which are not read, have
-- words for ids.
WITH with_platform AS (
    SELECT
        CASE
            WHEN aweme_id IS NOT NULL THEN 'douyin:'
            WHEN coalesce(create_date_time, comment_like_count) IS NOT NULL THEN 'weibo:'
            WHEN regexp_full_match(video_id, '[\d.,E+]+|BV\w+') THEN 'bilibili:'
        END AS platform,
        coalesce(crawled_time(create_time), create_date_time) AS written,
        crawled_count(coalesce(like_count, comment_like_count)) AS likes,
        *
    FROM comments
)
SELECT
    platform || comment_id AS engagement,
    platform || crawled_person(user_id, creator_hash) AS consumer,
    platform || coalesce(aweme_id, note_id, video_id) AS review,
    'comment' AS kind,
    platform || nullif(crawled_parent(parent_comment_id), comment_id) AS parent,
    coalesce(
        max(to_time(written)) FILTER (is_plausible(to_time(written))) OVER crawls::VARCHAR,
        written
    ) AS created_at,
    last_value(content) OVER crawls AS "text",
    coalesce(
        max(to_whole(likes)) FILTER (to_whole(likes) >= 0)
            OVER (PARTITION BY coalesce(platform || comment_id, _file || _row))::VARCHAR,
        likes
    ) AS likes,
    _file,
    _row
FROM with_platform
WHERE platform IS NOT NULL
WINDOW crawls AS (
    PARTITION BY coalesce(platform || comment_id, _file || _row)
    ORDER BY TRY_CAST(last_modify_ts AS DOUBLE) NULLS FIRST, content
    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
)
