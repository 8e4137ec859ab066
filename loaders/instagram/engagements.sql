-- A row is a comment that Instaloader saved beside a post, or an answer to it.
WITH posts AS (
    SELECT folder, stem, min(coalesce(node ->> '$.shortcode', node ->> '$.code')) AS review
    FROM (SELECT folder, stem, TRY_CAST(node AS JSON) AS node FROM nodes)
    GROUP BY folder, stem
),
all_comments AS (
    SELECT id, "owner", created_at, "text", NULL AS parent, folder, stem, _file, _row FROM comments
    UNION ALL
    SELECT
        answer ->> '$.id',
        answer ->> '$.owner',
        answer ->> '$.created_at',
        answer ->> '$.text',
        parent,
        folder,
        stem,
        _file,
        _row
    FROM (
        SELECT unnest(TRY(from_json(answers, '["JSON"]'))) AS answer, id AS parent, folder, stem, _file, _row
        FROM comments
    )
)
SELECT
    id AS engagement,
    coalesce(lower("owner" ->> '$.username'), 'id-' || ("owner" ->> '$.id')) AS consumer,
    posts.review,
    'comment' AS kind,
    parent,
    unix_time(created_at) AS created_at,
    "text",
    _file,
    _row
FROM (SELECT * REPLACE (TRY_CAST("owner" AS JSON) AS "owner") FROM all_comments) AS all_comments
LEFT JOIN posts ON posts.folder = all_comments.folder AND posts.stem = all_comments.stem
