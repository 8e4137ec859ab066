-- A row is a comment on a note, or an answer to a comment.
SELECT
    comment_id AS engagement,
    crawled_person(user_id, creator_hash) AS consumer,
    note_id AS review,
    'comment' AS kind,
    crawled_parent(parent_comment_id) AS parent,
    crawled_time(create_time) AS created_at,
    content AS "text",
    coalesce(
        max(TRY_CAST(to_count(like_count) AS BIGINT)) OVER (PARTITION BY coalesce(comment_id, _file || _row))::VARCHAR,
        like_count
    ) AS likes,
    _file,
    _row
FROM comments
WHERE create_date_time IS NULL
