// A consumer's known followers, the most active first.
// @param consumer string  the consumer who is followed, as source:id
// @param limit integer = 50  how many rows
MATCH (c:Consumer {consumer: $consumer})<-[:FOLLOWS]-(follower:Consumer)
OPTIONAL MATCH (follower)-[:WROTE]->(r:Review)
RETURN follower.consumer AS consumer, follower.name AS name, count(r) AS reviews, max(r.created_at) AS last_review
ORDER BY reviews DESC, consumer
LIMIT $limit
