// The newest analysis: the members of a niche by confidence.
// @param niche string  the niche's id
// @param limit integer = 50  how many rows
MATCH (p:Person)-[m:MEMBER_OF]->(n:Niche {niche: $niche})
RETURN p.consumer AS consumer, p.name AS name, p.tier AS tier, m.confidence AS confidence, p.part AS part,
       p.rank AS place
ORDER BY confidence DESC, consumer
LIMIT $limit
