-- An answer about a topic has its first 20 posts, and says how many there are.
WITH topics AS (
    SELECT topic, max(TRY_CAST(topic_posts AS BIGINT)) - count(DISTINCT id) AS missing
    FROM posts
    GROUP BY topic
    HAVING missing > 0
)
SELECT
    sum(missing)::BIGINT || if(sum(missing) = 1, ' post of ', ' posts of ') || count(*)
        || if(count(*) = 1, ' topic ', ' topics ') || if(sum(missing) = 1, 'is', 'are')
        || ' not in the files, so that fewer people seem to have answered than did. The numbers of all posts stand in post_stream.stream of /t/ID.json (most are missing of '
        || any_value('/t/' || topic || '.json' ORDER BY missing DESC, topic)
        || '); /t/ID/posts.json?post_ids[]=N&post_ids[]=M gives those posts.' AS gap
FROM topics
HAVING count(*) > 0
