// A consumer's reviews, newest first.
// @param consumer string  the consumer, as source:id
// @param limit integer = 50  how many rows
MATCH (c:Consumer {consumer: $consumer})-[:WROTE]->(r:Review)
OPTIONAL MATCH (r)-[:ABOUT]->(p:Product)
OPTIONAL MATCH (p)-[:IN_CATEGORY]->(k:Category)
RETURN r.created_at AS created_at, p.product AS product, p.title AS title, k.category AS category, r.rating AS rating, r.review AS review
ORDER BY created_at DESC, review
LIMIT $limit
