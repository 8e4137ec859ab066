// Consumers with the most known followers.
// @param limit integer = 20  how many rows
MATCH (c:Consumer)<-[f:FOLLOWS]-(:Consumer)
RETURN c.consumer AS consumer, c.name AS name, count(f) AS audience
ORDER BY audience DESC, consumer
LIMIT $limit
