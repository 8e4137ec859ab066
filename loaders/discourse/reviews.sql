-- A row is the first post of a topic. An action about the same post is a duplicate of it.
WITH categories_ AS (
    SELECT id, any_value(name ORDER BY name) AS name
    FROM (SELECT id, name FROM categories UNION ALL SELECT id, name FROM site)
    GROUP BY id
),
openings AS (
    SELECT * REPLACE (coalesce(topic, '') AS topic) FROM posts WHERE post_number = '1'
),
topic_rows AS (
    SELECT
        topic, username, created_at, topic_title, cooked, topic_category, topic_tags, topic_views, topic_posts,
        actions_summary, _file, _row
    FROM openings
    UNION ALL
    SELECT
        actions.topic_id,
        coalesce(openings.username, actions.acting_username),
        coalesce(openings.created_at, actions.created_at),
        coalesce(openings.topic_title, actions.title),
        coalesce(openings.cooked, actions.excerpt),
        coalesce(openings.topic_category, actions.category_id),
        openings.topic_tags,
        openings.topic_views,
        openings.topic_posts,
        openings.actions_summary,
        actions._file,
        actions._row
    FROM actions
    LEFT JOIN openings ON openings.topic = actions.topic_id
    WHERE actions.action_type IN ('4', '5', '6', '7', '9') AND coalesce(actions.post_number, '1') = '1'
),
worded AS (
    SELECT
        topic_rows.*,
        plain_text(cooked) AS words,
        lower(plain_text(topic_title)) AS heading,
        lower(coalesce(categories_.name, topic_category)) AS category,
        -- Tags are names, or objects that have one.
        list_transform(
            TRY(from_json(topic_tags, '["JSON"]')), lambda tag: lower(coalesce(tag ->> '$.name', tag ->> '$'))
        ) AS labels,
        list_filter(TRY(from_json(actions_summary, '["JSON"]')), lambda action: action ->> '$.id' = '2') AS liked
    FROM topic_rows
    LEFT JOIN categories_ ON categories_.id = topic_category
),
-- The first condition that holds decides: category and tags come before the title, the title before the text.
judged AS (
    SELECT
        *,
        concat_ws(' ', category, array_to_string(labels, ' ')) AS shelf,
        CASE
            WHEN regexp_matches(shelf, 'request|idea|suggestion|proposal|wish|建议|需求|许愿') THEN 'request'
            WHEN regexp_matches(shelf, 'bug|issue|problem|complaint|trouble|故障|反馈|投诉|吐槽') THEN 'concern'
            WHEN regexp_matches(shelf, 'support|help|question|q ?& ?a|how.?to|faq|求助|问答|提问') THEN 'question'
            WHEN regexp_matches(shelf, 'praise|showcase|show.?off|testimonial|review|评测|晒单|好评') THEN 'praise'
            WHEN regexp_matches(heading, '\b((feature )?requests?|suggestions?|proposals?|wish(list)?|it would be)\b')
                OR regexp_matches(heading, '\bplease (add|make|bring|fix|support)\b|\b(add )?support for\b')
                OR regexp_matches(heading, '建议|希望|求加|能不能加|许愿')
                THEN 'request'
            WHEN regexp_matches(heading, '\b(bugs?|issues?|problems?|troubles?|errors?|wrong|missing|concern\w*)\b')
                OR regexp_matches(heading, '\b(broken?|crash\w*|fail(s|ed|ing|ure)?|slow|lag\w*|leaks?|freez\w+)\b')
                OR regexp_matches(heading, '\b(not work\w*|unable|disappoint\w*|worse|worst)\b')
                OR regexp_matches(heading, '\b(ca|wo|is|do|does|did|could)n[^a-z ]?t\b|\b(cannot|does not|is not)\b')
                OR regexp_matches(heading, '问题|故障|崩溃|闪退|失望|发热|卡顿|不能|无法|坏了')
                THEN 'concern'
            WHEN regexp_matches(heading, '[?？]|\b(how to|help|questions?|anyone|best (way|practices?|method|approach))\b')
                OR regexp_matches(heading, '^\W*(how|what|why|where|when|which|who|is|are|does|do|did|can|could|any)\b')
                OR regexp_matches(heading, '吗|怎么|如何|为什么|请问|求助')
                THEN 'question'
            WHEN regexp_matches(heading, '\b(love|loving|great|awesome|amazing|excellent|perfect|best|beautiful)\b')
                OR regexp_matches(heading, '\b(thanks?|thank you|congrat\w*|well done|impressed|happy|nice)\b')
                OR regexp_matches(heading, '喜欢|好用|感谢|推荐|太棒|点赞|满意')
                THEN 'praise'
            WHEN regexp_matches(words, '[?？](\s|$)') THEN 'question'
        END AS kind
    FROM worded
)
SELECT
    't' || topic AS review,
    lower(username) AS consumer,
    plain_text(topic_title) AS title,
    words AS "text",
    created_at,
    coalesce(list_sum(list_transform(liked, lambda action: TRY_CAST(action ->> '$.count' AS BIGINT))), 0) AS likes,
    TRY_CAST(topic_posts AS BIGINT) - 1 AS comments,
    topic_views AS views,
    len(regexp_extract_all(cooked, '<(img|video)\b'))
        - len(regexp_extract_all(cooked, '<img\b[^>]*class="(emoji|avatar|site-icon|thumbnail|ytp)')) AS media,
    origin_of(disclosed(array_to_string(labels, ' '), topic_title, words), false) AS origin,
    concat_ws(
        ' ',
        'kind:' || kind,
        'category:' || replace(category, ' ', '-'),
        nullif(array_to_string(list_transform(labels, lambda label: replace(label, ' ', '-')), ' '), '')
    ) AS tags,
    _file,
    _row
FROM judged
