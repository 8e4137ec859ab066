// The newest analysis: the consumers who reach a niche, and the members that each alone reaches.
// @param niche string  the niche's id
// @param limit integer = 50  how many rows
MATCH (c:Consumer)-[r:REACHES]->(n:Niche {niche: $niche})
RETURN c.consumer AS consumer, c.name AS name, r.role AS role, r.reached AS reached, r.only_here AS only_here
ORDER BY reached DESC, consumer
LIMIT $limit
