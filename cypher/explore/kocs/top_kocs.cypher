// First KOCs, with names and reasons
// The published run: key opinion consumers by rank.
// @param limit integer = 20  how many rows
// :param limit => 20
MATCH (p:Person)
WHERE p.rank >= 1
OPTIONAL MATCH (n:Niche {niche: p.niche})
RETURN p.rank AS place, p.consumer AS consumer, p.name AS name, n.name AS niche, p.audience AS audience,
       p.score AS score, p.reasons AS reasons
ORDER BY place
LIMIT $limit
