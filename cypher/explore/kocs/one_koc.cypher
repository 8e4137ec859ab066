// One KOC whole
// The published run: a person with their accounts, niches and circle, and the last ten reviews with their products.
// @param consumer string  one of the person's accounts, as source:id
// :param consumer => 'ciao:212'
MATCH (:Consumer {consumer: $consumer})<-[:HAS_ACCOUNT]-(person:Person)
OPTIONAL MATCH (person)-[:HAS_ACCOUNT]->(:Consumer)-[:WROTE]->(r:Review)
WHERE r.created_at IS NOT NULL
WITH person, r.created_at AS written
ORDER BY written DESC
LIMIT 10
WITH person, min(written) AS since
MATCH (person)-[has:HAS_ACCOUNT|MEMBER_OF]->(what)
OPTIONAL MATCH (what)-[wrote:WROTE]->(review:Review)
WHERE review.created_at >= since
OPTIONAL MATCH (review)-[about:ABOUT]->(product:Product)
RETURN person, has, what, wrote, review, about, product
ORDER BY coalesce(what.niche, what.circle, what.consumer), review.created_at DESC, review.review
LIMIT 100
