-- A row is a post. Where several files have it, it has the longest text and the largest counts of them: counts hardly
-- fall. Its author is the one that most of its rows name. What cannot be read, or no post can have, decides for its own
-- row alone. Of a post that was only commented on the address states the author, on TikTok.
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
voted AS (
    SELECT
        *,
        to_time(created_at) AS moment,
        count(*) OVER (PARTITION BY coalesce(review, _file || _row), consumer) AS votes,
        -- An id with these signs was rounded, or is a contact.
        coalesce(regexp_matches(consumer, '[@+]'), true) AS unsound
    FROM seen
),
merged AS (
    SELECT
        review,
        first_value(consumer) OVER (
            post ORDER BY unsound, contains(consumer, ':id-'), votes DESC, consumer DESC
        ) AS consumer,
        max(title) OVER post AS title,
        first_value(words) OVER (post ORDER BY length(words) DESC NULLS LAST, words) AS "text",
        max(tags) OVER post AS tags,
        coalesce(
            max(moment) FILTER (is_plausible(moment)) OVER post::VARCHAR,
            created_at
        ) AS created_at,
        coalesce(max(to_whole(likes)) FILTER (to_whole(likes) >= 0) OVER post::VARCHAR, likes) AS likes,
        coalesce(max(to_whole(collects)) FILTER (to_whole(collects) >= 0) OVER post::VARCHAR, collects) AS collects,
        coalesce(max(to_whole(comments)) FILTER (to_whole(comments) >= 0) OVER post::VARCHAR, comments) AS comments,
        coalesce(max(to_whole(shares)) FILTER (to_whole(shares) >= 0) OVER post::VARCHAR, shares) AS shares,
        coalesce(max(to_whole(views)) FILTER (to_whole(views) >= 0) OVER post::VARCHAR, views) AS views,
        coalesce(max(to_whole(media)) FILTER (to_whole(media) >= 0) OVER post::VARCHAR, media) AS media,
        bool_or(sponsored) OVER post AS sponsored,
        max(url) OVER post AS url,
        _file,
        _row
    FROM voted
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
