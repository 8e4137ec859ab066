-- A row is a comment on a post, or an answer to a comment, which may be inside it.
WITH RECURSIVE answers AS (
    SELECT
        platform,
        coalesce(id_of(comment), 'x' || left(md5(concat_ws(chr(31), post_url, handle, created_at, "text")), 16)) AS comment,
        post_id(platform, post, post_url) AS review,
        account_id(platform, number, handle, profile) AS consumer,
        "text",
        zoned(unix_time(bare(created_at)), zone) AS created_at,
        likes,
        nullif(nullif(id_of(parent), '0'), '-') AS parent,
        TRY_CAST(replies AS JSON) AS replies,
        _file,
        _row
    FROM comments
    UNION ALL
    SELECT
        platform,
        reply ->> '$.id',
        review,
        account_id(platform, reply ->> '$.owner.id', reply ->> '$.ownerUsername', NULL),
        reply ->> '$.text',
        reply ->> '$.timestamp',
        reply ->> '$.likesCount',
        comment,
        reply -> '$.replies',
        _file,
        _row
    FROM (SELECT *, unnest(TRY(from_json(replies, '["JSON"]'))) AS reply FROM answers WHERE replies IS NOT NULL)
)
SELECT
    platform || ':' || comment AS engagement,
    consumer,
    review,
    'comment' AS kind,
    platform || ':' || parent AS parent,
    created_at,
    "text",
    crawled_count(likes) AS likes,
    _file,
    _row
FROM answers
