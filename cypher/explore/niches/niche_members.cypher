// Members of a niche
// The published run: the members by confidence.
// @param niche string  the niche's id
// @param limit integer = 50  how many rows
// :param niche => 'n1'
// :param limit => 50
MATCH (p:Person)-[m:MEMBER_OF]->(n:Niche {niche: $niche})
RETURN p.consumer AS consumer, p.name AS name, p.tier AS tier, m.confidence AS confidence, p.part AS part,
       p.rank AS place
ORDER BY confidence DESC, consumer
LIMIT $limit
