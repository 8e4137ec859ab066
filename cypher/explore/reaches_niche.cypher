// The newest analysis: the people who reach a niche, and the members that each alone reaches.
// @param niche string  the niche's id
// @param limit integer = 50  how many rows
MATCH (p:Person)-[r:REACHES]->(n:Niche {niche: $niche})
RETURN p.consumer AS consumer, p.name AS name, r.role AS role, r.reached AS reached, r.only_here AS only_here
ORDER BY reached DESC, consumer
LIMIT $limit
