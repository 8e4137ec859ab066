// Their comments, and who asks questions
// The comments on a person's reviews, those with a question mark first, then the newest.
// @param consumer string  one of the person's accounts, as source:id
// :param consumer => 'ciao:212'
MATCH (:Consumer {consumer: $consumer})<-[:HAS_ACCOUNT]-(person:Person)
MATCH (person)-[:HAS_ACCOUNT]->(account:Consumer)-[wrote:WROTE]->(review:Review)<-[comment:ENGAGED]-(reader:Consumer)
WHERE comment.kind = 'comment' AND NOT EXISTS { MATCH (person)-[:HAS_ACCOUNT]->(reader) }
RETURN coalesce(comment.text CONTAINS '?' OR comment.text CONTAINS '？', false) AS asks, account, wrote, review,
       comment, reader
ORDER BY asks DESC, comment.created_at IS NULL, comment.created_at DESC, comment.engagement
LIMIT 100
