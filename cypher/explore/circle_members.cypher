// The newest analysis: the members of a circle by confidence, each with the number of other members that they follow.
// @param circle string  the circle's id
// @param limit integer = 50  how many rows
MATCH (c:Consumer)-[m:MEMBER_OF]->(k:Circle {circle: $circle})
OPTIONAL MATCH (c)-[:FOLLOWS]->(o:Consumer)-[:MEMBER_OF]->(k)
RETURN c.consumer AS consumer, c.name AS name, c.tier AS tier, m.confidence AS confidence, c.rank AS place,
       count(o) AS follows_inside
ORDER BY confidence DESC, consumer
LIMIT $limit
