// First KOCs of a niche who are on no list
// The published run: key opinion consumers of a niche whom no campaign and no focus group has on its list, by rank.
// @param niche string  the niche's id
// :param niche => 'n1'
// @param limit integer = 20  how many rows
// :param limit => 20
MATCH (p:Person)-[:MEMBER_OF]->(:Niche {niche: $niche})
WHERE p.rank >= 1
  AND NOT EXISTS { MATCH (p)-[:HAS_ACCOUNT]->(:Consumer)<-[:INVITED]-(:Campaign) }
RETURN p.rank AS place, p.consumer AS consumer, p.name AS name, p.audience AS audience, p.last_review AS last_review,
       p.checks AS checks
ORDER BY place
LIMIT $limit
