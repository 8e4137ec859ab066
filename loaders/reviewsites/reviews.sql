-- A row is a review. Without an id of its own it is made of who, what and when.
SELECT
    coalesce(platform || ':' || id_of(review), made_id('reviewsites', consumer, product, created_at, concat_ws(
        chr(31), rating, title, "text"
    ))) AS review,
    consumer,
    product,
    rating,
    title,
    "text",
    created_at,
    likes,
    CASE WHEN media IS NOT NULL THEN count_links(media) END AS media,
    origin_of(
        disclosed(NULL, title, "text"),
        coalesce(to_consent(verified) = 'yes' OR regexp_matches(lower(collected_by), 'invit'), false)
    ) AS origin,
    -- Who was asked for a review by the shop had bought something.
    CASE
        WHEN verified IS NOT NULL THEN if(to_consent(verified) = 'yes', 1, 0)
        WHEN regexp_matches(lower(collected_by), 'invit') THEN 1
    END AS verified,
    url,
    _file,
    _row
FROM (
    SELECT
        * REPLACE (
            coalesce(id_of(product), id_of(handle), bare(product_title)) AS product,
            coalesce(bare(rating), bare(rating_words)) AS rating,
            shop_time(unix_time(bare(created_at)), NULL) AS created_at,
            bare(title) AS title,
            bare("text") AS "text"
        ),
        reviewer_id(platform, account, contact_keys(bare(email), NULL), coalesce(bare(name), bare(nickname))) AS consumer
    FROM posted
    WHERE is_published(status)
)
