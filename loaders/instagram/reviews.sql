-- A row is a post or a story. A post that names a sponsor, is marked as a paid partnership or earns by its links is
-- paid; else its hashtags and words decide its origin.
WITH written AS (
    SELECT
        coalesce(node ->> '$.shortcode', node ->> '$.code', 's' || (node ->> '$.id')) AS review,
        coalesce(lower(node ->> '$.owner.username'), 'id-' || (node ->> '$.owner.id')) AS consumer,
        coalesce(
            node ->> '$.product_tags[0].product_id',
            node ->> '$.product_tags.in[0].product.product_id',
            node ->> '$.iphone_struct.product_tags.in[0].product.product_id'
        ) AS product,
        node ->> '$.title' AS title,
        coalesce(node ->> '$.edge_media_to_caption.edges[0].node.text', node ->> '$.caption') AS "text",
        unix_time(coalesce(node ->> '$.taken_at_timestamp', node ->> '$.date')) AS created_at,
        -- Of hidden likes Instagram gives the few that the reader's own friends left.
        if(
            node ->> '$.iphone_struct.like_and_view_counts_disabled' = 'true',
            NULL,
            coalesce(node ->> '$.edge_media_preview_like.count', node ->> '$.edge_liked_by.count')
        ) AS likes,
        coalesce(
            node ->> '$.edge_media_to_parent_comment.count',
            node ->> '$.edge_media_to_comment.count',
            node ->> '$.comments'
        ) AS comments,
        coalesce(node ->> '$.video_view_count', node ->> '$.video_play_count') AS views,
        coalesce(json_array_length(node -> '$.edge_sidecar_to_children.edges'), 1) AS media,
        coalesce(json_array_length(node -> '$.edge_media_to_sponsor_user.edges'), 0) > 0
            OR coalesce(json_array_length(node -> '$.iphone_struct.sponsor_tags'), 0) > 0
            OR node ->> '$.is_paid_partnership' = 'true'
            OR node ->> '$.iphone_struct.is_paid_partnership' = 'true'
            OR node ->> '$.is_affiliate' = 'true' AS sponsored,
        'https://www.instagram.com/p/' || coalesce(node ->> '$.shortcode', node ->> '$.code') || '/' AS url,
        _file,
        _row
    FROM (SELECT TRY_CAST(node AS JSON) AS node, instaloader, _file, _row FROM nodes)
    WHERE coalesce(TRY_CAST(instaloader AS JSON) ->> '$.node_type', 'Post') IN ('Post', 'StoryItem')
    UNION ALL
    SELECT
        coalesce(nullif(regexp_extract(permalink, '/(?:p|reel|tv)/([^/?]+)', 1), ''), id),
        coalesce(lower(username), 'id-' || (TRY_CAST("owner" AS JSON) ->> '$.id')),
        coalesce(tags ->> '$[0].product_id', tags ->> '$.data[0].product_id'),
        NULL,
        caption,
        "timestamp",
        like_count,
        comments_count,
        NULL,
        coalesce(json_array_length(TRY_CAST(children AS JSON) -> '$.data'), 1),
        false,
        permalink,
        _file,
        _row
    FROM (SELECT *, TRY_CAST(product_tags AS JSON) AS tags FROM media)
)
SELECT
    review,
    consumer,
    product,
    title,
    "text",
    created_at,
    nullif(likes, '-1') AS likes,
    comments,
    views,
    media,
    origin_of(if(sponsored, 'paid', disclosed(hashtags, title, "text")), false) AS origin,
    hashtags AS tags,
    url,
    _file,
    _row
FROM (
    SELECT
        *,
        nullif(array_to_string(
            list_sort(list_distinct(regexp_extract_all(lower("text"), '[#＃]([\pL\pN_]+)', 1))), ' '
        ), '') AS hashtags
    FROM written
)
