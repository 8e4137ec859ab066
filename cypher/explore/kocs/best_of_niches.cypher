// The two best of each niche
// The published run: the two members of each niche with the best ranks.
MATCH (n:Niche)<-[:MEMBER_OF]-(p:Person)
WHERE p.rank >= 1
WITH n, min(p.rank) AS first
OPTIONAL MATCH (n)<-[:MEMBER_OF]-(q:Person)
WHERE q.rank > first
WITH n, first, min(q.rank) AS second
MATCH (n)<-[:MEMBER_OF]-(p:Person)
WHERE p.rank = first OR p.rank = second
RETURN n.niche AS niche, n.name AS name, p.rank AS place, p.consumer AS consumer, p.name AS koc, p.audience AS audience,
       p.score AS score
ORDER BY niche, place
