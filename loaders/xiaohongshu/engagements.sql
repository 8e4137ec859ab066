-- A row is a comment as the last crawl has it on a note, or an answer to a comment. A time or a count that cannot be
-- read decides for its own row alone.
SELECT
    comment_id AS engagement,
    crawled_person(user_id, creator_hash) AS consumer,
    note_id AS review,
    'comment' AS kind,
    crawled_parent(parent_comment_id) AS parent,
    coalesce(
        max(moment) FILTER (is_plausible(moment)) OVER crawls::VARCHAR,
        crawled_time(create_time)
    ) AS created_at,
    last_value(content) OVER crawls AS "text",
    coalesce(
        max(to_whole(likes)) FILTER (to_whole(likes) >= 0)
            OVER (PARTITION BY coalesce(comment_id, _file || _row))::VARCHAR,
        likes
    ) AS likes,
    _file,
    _row
FROM (SELECT *, crawled_count(like_count) AS likes, to_time(crawled_time(create_time)) AS moment FROM comments)
WHERE create_date_time IS NULL
WINDOW crawls AS (
    PARTITION BY coalesce(comment_id, _file || _row)
    ORDER BY TRY_CAST(last_modify_ts AS DOUBLE) NULLS FIRST, content
    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
)
