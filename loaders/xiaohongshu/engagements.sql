-- A row is a comment as the last crawl has it on a note, or an answer to a comment.
SELECT
    comment_id AS engagement,
    crawled_person(user_id, creator_hash) AS consumer,
    note_id AS review,
    'comment' AS kind,
    crawled_parent(parent_comment_id) AS parent,
    max(crawled_time(create_time)) OVER crawls AS created_at,
    last_value(content) OVER crawls AS "text",
    coalesce(
        max(TRY_CAST(crawled_count(like_count) AS BIGINT))
            OVER (PARTITION BY coalesce(comment_id, _file || _row))::VARCHAR,
        crawled_count(like_count)
    ) AS likes,
    _file,
    _row
FROM comments
WHERE create_date_time IS NULL
WINDOW crawls AS (
    PARTITION BY coalesce(comment_id, _file || _row)
    ORDER BY TRY_CAST(last_modify_ts AS DOUBLE) NULLS FIRST, content
    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
)
