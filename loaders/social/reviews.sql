-- A row is a post. Of a post that was only commented on the address states the author, on TikTok.
WITH seen AS (
    SELECT
        post_id(platform, post, post_url) AS review,
        account_id(platform, number, handle, profile) AS consumer,
        bare(title) AS title,
        bare("text") AS "text",
        nullif(trim(regexp_replace(replace(tags, '#', ' '), '[\[\]",]+|\s+', ' ', 'g')), '') AS tags,
        zoned(unix_time(bare(created_at)), zone) AS created_at,
        crawled_count(likes) AS likes,
        crawled_count(collects) AS collects,
        crawled_count(comments) AS comments,
        crawled_count(shares) AS shares,
        crawled_count(views) AS views,
        coalesce(count_links(media), if(regexp_matches(lower(kind), 'video|视频'), '1', NULL)) AS media,
        to_consent(sponsored) = 'yes' AS sponsored,
        post_url AS url,
        _file,
        _row
    FROM posts
),
commented AS (
    SELECT DISTINCT post_id(platform, post, post_url) AS review, account_id(platform, NULL, NULL, post_url) AS consumer, post_url
    FROM comments
    WHERE account_id(platform, NULL, NULL, post_url) IS NOT NULL
)
SELECT * EXCLUDE (sponsored), origin_of(disclosed(tags, title, "text"), coalesce(sponsored, false)) AS origin
FROM seen
WHERE review IS NOT NULL AND consumer IS NOT NULL
UNION ALL BY NAME
SELECT review, consumer, min(post_url) AS url, NULL::VARCHAR AS _file, NULL::BIGINT AS _row
FROM commented
WHERE review IS NOT NULL
GROUP BY review, consumer
