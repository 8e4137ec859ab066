-- A row is a note. Where one was crawled several times, its text is that of the last crawl, and each count is the
-- largest: counts hardly fall, and 10万+ or 99+ is the least that one can be.
WITH counted AS (
    SELECT
        * REPLACE (
            crawled_count(liked_count) AS liked_count,
            crawled_count(collected_count) AS collected_count,
            crawled_count(comment_count) AS comment_count,
            crawled_count(share_count) AS share_count
        )
    FROM contents
),
notes AS (
    SELECT
        note_id AS review,
        crawled_person(user_id, creator_hash) AS consumer,
        last_value(struct_pack(
            title := title, words := "desc", tags := tag_list, pictures := image_list, kind := "type"
        )) OVER crawls AS latest,
        crawled_time("time") AS created_at,
        coalesce(max(to_whole(liked_count)) FILTER (to_whole(liked_count) >= 0) OVER note::VARCHAR, liked_count) AS likes,
        coalesce(max(to_whole(collected_count)) FILTER (to_whole(collected_count) >= 0) OVER note::VARCHAR, collected_count) AS collects,
        coalesce(max(to_whole(comment_count)) FILTER (to_whole(comment_count) >= 0) OVER note::VARCHAR, comment_count) AS comments,
        coalesce(max(to_whole(share_count)) FILTER (to_whole(share_count) >= 0) OVER note::VARCHAR, share_count) AS shares,
        _file,
        _row
    FROM counted
    WINDOW
        note AS (PARTITION BY coalesce(note_id, _file || _row)),
        crawls AS (
            PARTITION BY coalesce(note_id, _file || _row)
            ORDER BY TRY_CAST(last_modify_ts AS DOUBLE) NULLS FIRST, "desc", title, tag_list, image_list, "type"
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        )
),
worded AS (
    SELECT
        review,
        consumer,
        -- The crawler makes a title of the text where there is none.
        CASE WHEN latest.title IS DISTINCT FROM left(latest.words, 255) THEN latest.title END AS title,
        -- A topic is written #topic[话题]# in a text.
        trim(regexp_replace(latest.words, '#([^#\[\]]+)\[话题\]#\s*', '#\1 ', 'g')) AS "text",
        created_at,
        likes,
        collects,
        comments,
        shares,
        CASE
            WHEN latest.kind = 'video' THEN 1
            WHEN latest.pictures IS NOT NULL
            THEN len(list_filter(string_split(latest.pictures, ','), lambda picture: trim(picture) <> ''))
        END AS media,
        array_to_string(list_transform(
            list_filter(
                coalesce(string_split(latest.tags, ','), regexp_extract_all(latest.words, '#([^#\[\]]+)\[话题\]#', 1)),
                lambda tag: trim(tag) <> ''
            ),
            lambda tag: replace(trim(tag), ' ', '-')
        ), ' ') AS tags,
        'https://www.xiaohongshu.com/explore/' || review AS url,
        _file,
        _row
    FROM notes
)
SELECT
    * REPLACE (nullif(tags, '') AS tags, nullif("text", '') AS "text"),
    origin_of(disclosed(tags, title, "text"), false) AS origin
FROM worded
