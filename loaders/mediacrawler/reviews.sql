-- A row is a video, a picture post, or a post on a person's own page (Bilibili's dynamics). Where one was crawled
-- several times, its text is that of the last crawl, and each count is the largest. A count that the platform does not tell is missing.
WITH posts AS (
    SELECT
        'douyin:' || aweme_id AS review, 'douyin:' || crawled_person(user_id, creator_hash) AS consumer,
        NULL AS title, "desc" AS words, crawled_time(create_time) AS created_at,
        liked_count AS likes, collected_count AS collects, comment_count AS comments, share_count AS shares,
        NULL AS views, coalesce(len(string_split(note_download_url, ',')), 1) AS media,
        'https://www.douyin.com/video/' || aweme_id AS url, last_modify_ts, _file, _row
    FROM contents
    WHERE aweme_id IS NOT NULL
    UNION ALL
    SELECT
        'weibo:' || note_id, 'weibo:' || crawled_person(user_id, creator_hash),
        NULL, content, coalesce(crawled_time(create_time), create_date_time),
        liked_count, NULL, comments_count, shared_count,
        NULL, NULL,
        'https://m.weibo.cn/detail/' || note_id, last_modify_ts, _file, _row
    FROM contents
    WHERE coalesce(create_date_time, comments_count, shared_count) IS NOT NULL
    UNION ALL
    SELECT
        'bilibili:' || video_id, 'bilibili:' || crawled_person(user_id, creator_hash),
        title, nullif("desc", '-'), crawled_time(create_time),
        liked_count, video_favorite_count, video_comment, video_share_count,
        video_play_count, 1,
        'https://www.bilibili.com/video/' || if(starts_with(video_id, 'BV'), '', 'av') || video_id,
        last_modify_ts, _file, _row
    FROM contents
    WHERE coalesce(video_play_count, video_comment) IS NOT NULL
    UNION ALL
    SELECT
        'bilibili:d' || dynamic_id, 'bilibili:' || crawled_person(user_id, creator_hash),
        NULL, "text", crawled_time(pub_ts),
        total_liked, NULL, total_comments, total_forwards,
        NULL, NULL,
        'https://t.bilibili.com/' || dynamic_id, last_modify_ts, _file, _row
    FROM dynamics
    -- One of type AV only announces a video.
    WHERE "type" IS DISTINCT FROM 'AV'
),
counted AS (
    SELECT
        * REPLACE (
            crawled_count(likes) AS likes,
            crawled_count(collects) AS collects,
            crawled_count(comments) AS comments,
            crawled_count(shares) AS shares,
            crawled_count(views) AS views
        )
    FROM posts
),
newest AS (
    SELECT
        review,
        consumer,
        last_value(struct_pack(title := title, words := words, media := media)) OVER crawls AS latest,
        created_at,
        coalesce(max(to_whole(likes)) FILTER (to_whole(likes) >= 0) OVER post::VARCHAR, likes) AS likes,
        coalesce(max(to_whole(collects)) FILTER (to_whole(collects) >= 0) OVER post::VARCHAR, collects) AS collects,
        coalesce(max(to_whole(comments)) FILTER (to_whole(comments) >= 0) OVER post::VARCHAR, comments) AS comments,
        coalesce(max(to_whole(shares)) FILTER (to_whole(shares) >= 0) OVER post::VARCHAR, shares) AS shares,
        coalesce(max(to_whole(views)) FILTER (to_whole(views) >= 0) OVER post::VARCHAR, views) AS views,
        url,
        _file,
        _row
    FROM counted
    WINDOW
        post AS (PARTITION BY coalesce(review, _file || _row)),
        crawls AS (
            PARTITION BY coalesce(review, _file || _row)
            ORDER BY TRY_CAST(last_modify_ts AS DOUBLE) NULLS FIRST, words, title, media
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        )
)
SELECT
    review,
    consumer,
    latest.title,
    latest.words AS "text",
    created_at,
    likes,
    collects,
    comments,
    shares,
    views,
    latest.media,
    origin_of(disclosed(NULL, latest.title, latest.words), false) AS origin,
    -- Weibo writes #topic#, which may have spaces in it, the others #topic.
    nullif(array_to_string(list_sort(list_distinct(list_transform(
        CASE WHEN starts_with(review, 'weibo:') THEN regexp_extract_all(latest.words, '[#＃]([^#＃\n]{1,60})[#＃]', 1)
             ELSE regexp_extract_all(latest.words, '[#＃]([\pL\pN_]+)', 1) END,
        lambda tag: replace(trim(tag), ' ', '-')
    ))), ' '), '') AS tags,
    url,
    _file,
    _row
FROM newest
