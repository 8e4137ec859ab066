-- A row is a person who reviewed. The store has no row of a file for them: what a review says is counted as a review.
SELECT
    consumer,
    coalesce(min(name), min(nickname)) AS name,
    min(platform) AS platform,
    'person' AS kind,
    array_to_string(list_sort(list_distinct(flatten(
        list(string_split(contact_key, ' ')) FILTER (contact_key IS NOT NULL)
    ))), ' ') AS contact_key,
    min(profile) AS url,
    NULL::VARCHAR AS _file,
    NULL::BIGINT AS _row
FROM (
    SELECT
        reviewer_id(platform, account, contact_keys(bare(email), NULL), coalesce(bare(name), bare(nickname))) AS consumer,
        bare(name) AS name,
        bare(nickname) AS nickname,
        platform,
        contact_keys(bare(email), NULL) AS contact_key,
        bare(profile) AS profile
    FROM posted
    WHERE is_published(status)
)
WHERE consumer IS NOT NULL
GROUP BY consumer
