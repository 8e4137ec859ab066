// Consumers with the most reviews.
// @param limit integer = 20  how many rows
MATCH (c:Consumer)-[:WROTE]->(r:Review)
RETURN c.consumer AS consumer, c.name AS name, count(r) AS reviews, min(r.created_at) AS since, max(r.created_at) AS last_at
ORDER BY reviews DESC, consumer
LIMIT $limit
