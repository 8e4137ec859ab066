-- A row is a post. Where several files have it, it has the longest text and the largest counts of them: counts hardly
-- fall. Of a post that was only commented on the address states the author, on TikTok.
WITH seen AS (
    SELECT
        post_id(platform, post, post_url) AS review,
        account_id(platform, number, handle, profile) AS consumer,
        bare(title) AS title,
        bare("text") AS words,
        nullif(trim(regexp_replace(tags, '[\[\]",，、;；|#＃\s]+', ' ', 'g')), '') AS tags,
        zoned(unix_time(bare(created_at)), zone) AS created_at,
        crawled_count(likes) AS likes,
        crawled_count(collects) AS collects,
        crawled_count(comments) AS comments,
        crawled_count(shares) AS shares,
        crawled_count(views) AS views,
        coalesce(count_links(media), if(regexp_matches(lower(kind), 'video|视频'), '1', NULL)) AS media,
        coalesce(to_consent(sponsored) = 'yes', false) AS sponsored,
        post_url AS url,
        _file,
        _row
    FROM posts
),
merged AS (
    SELECT
        review,
        max(consumer) OVER post AS consumer,
        max(title) OVER post AS title,
        first_value(words) OVER (post ORDER BY length(words) DESC NULLS LAST, words) AS "text",
        max(tags) OVER post AS tags,
        max(created_at) OVER post AS created_at,
        coalesce(max(TRY_CAST(likes AS BIGINT)) OVER post::VARCHAR, likes) AS likes,
        coalesce(max(TRY_CAST(collects AS BIGINT)) OVER post::VARCHAR, collects) AS collects,
        coalesce(max(TRY_CAST(comments AS BIGINT)) OVER post::VARCHAR, comments) AS comments,
        coalesce(max(TRY_CAST(shares AS BIGINT)) OVER post::VARCHAR, shares) AS shares,
        coalesce(max(TRY_CAST(views AS BIGINT)) OVER post::VARCHAR, views) AS views,
        coalesce(max(TRY_CAST(media AS BIGINT)) OVER post::VARCHAR, media) AS media,
        bool_or(sponsored) OVER post AS sponsored,
        max(url) OVER post AS url,
        _file,
        _row
    FROM seen
    WHERE consumer IS NOT NULL OR title IS NOT NULL OR words IS NOT NULL
    WINDOW post AS (PARTITION BY coalesce(review, _file || _row))
),
commented AS (
    SELECT
        post_id(platform, post, post_url) AS review,
        account_id(platform, NULL, NULL, post_url) AS consumer,
        min(post_url) AS url
    FROM comments
    GROUP BY review, consumer
)
SELECT * EXCLUDE (sponsored), origin_of(if(sponsored, 'paid', disclosed(tags, title, "text")), false) AS origin
FROM merged
UNION ALL BY NAME
SELECT *, NULL::VARCHAR AS _file, NULL::BIGINT AS _row
FROM commented
WHERE review IS NOT NULL AND consumer IS NOT NULL
