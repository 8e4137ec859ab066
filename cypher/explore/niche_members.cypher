// The newest analysis: the members of a niche by confidence.
// @param niche string  the niche's id
// @param limit integer = 50  how many rows
MATCH (c:Consumer)-[m:MEMBER_OF]->(n:Niche {niche: $niche})
RETURN c.consumer AS consumer, c.name AS name, c.tier AS tier, m.confidence AS confidence, c.rank AS place
ORDER BY confidence DESC, consumer
LIMIT $limit
