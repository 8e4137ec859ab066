// Members of a circle
// The published run: the members without the fringe, by confidence, each with the number of other members that they
// hear.
// @param circle string  the circle's id
// @param limit integer = 50  how many rows
// :param circle => 'c1'
// :param limit => 50
MATCH (p:Person)-[m:MEMBER_OF]->(k:Circle {circle: $circle})
OPTIONAL MATCH (p)-[:HEARS]->(o:Person)-[:MEMBER_OF]->(k)
RETURN p.consumer AS consumer, p.name AS name, p.tier AS tier, m.confidence AS confidence, p.part AS part,
       p.rank AS place, count(o) AS hears_inside
ORDER BY confidence DESC, consumer
LIMIT $limit
