-- A row is a reply to a topic, or a like or a bookmark of one of its posts. Its parent is the reply that it answers
-- or likes; null where that is the first post, which is the review itself. A post that closes or pins a topic has no kind.
-- An action about a post that is there already is a duplicate of it.
WITH replies AS (
    SELECT
        'p' || posts.id AS engagement,
        posts.topic,
        posts.post_number,
        lower(posts.username) AS who,
        CASE WHEN posts.post_type = '3' THEN NULL ELSE 'comment' END AS kind,
        any_value('p' || answered.id) AS parent,
        any_value(posts.created_at) AS created_at,
        any_value(plain_text(posts.cooked)) AS words,
        posts._file,
        posts._row
    FROM posts
    LEFT JOIN posts AS answered
        ON answered.topic = posts.topic
        AND answered.post_number = posts.reply_to_post_number
        AND answered.post_number <> '1'
    WHERE posts.post_number <> '1'
    GROUP BY ALL
),
acts AS (
    SELECT *, lower(acting_username) AS who, coalesce(post_number, '1') AS number FROM actions
)
SELECT engagement, who AS consumer, 't' || topic AS review, kind, parent, created_at, words AS "text", _file, _row
FROM replies
UNION ALL
SELECT
    coalesce(replies.engagement, 'p' || acts.post_id, 't' || acts.topic_id || '-' || acts.number),
    coalesce(replies.who, acts.who),
    't' || acts.topic_id,
    CASE WHEN replies.engagement IS NULL THEN 'comment' ELSE replies.kind END,
    replies.parent,
    coalesce(replies.created_at, acts.created_at),
    coalesce(replies.words, plain_text(acts.excerpt)),
    acts._file,
    acts._row
FROM acts
LEFT JOIN replies ON replies.topic = acts.topic_id AND replies.post_number = acts.number
WHERE acts.action_type IN ('4', '5', '6', '7', '9') AND acts.number <> '1'
UNION ALL
SELECT
    if(acts.action_type = '3', 'bookmark-', 'like-') || acts.topic_id || '-' || acts.number || '-' || acts.who,
    acts.who,
    't' || acts.topic_id,
    if(acts.action_type = '3', 'collect', 'like'),
    CASE WHEN acts.number <> '1' THEN coalesce(replies.engagement, 'p' || acts.post_id) END,
    acts.created_at,
    NULL,
    acts._file,
    acts._row
FROM acts
LEFT JOIN replies ON replies.topic = acts.topic_id AND replies.post_number = acts.number
WHERE acts.action_type IN ('1', '2', '3')
