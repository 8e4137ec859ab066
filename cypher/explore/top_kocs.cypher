// The newest analysis: key opinion consumers by rank.
// @param limit integer = 20  how many rows
MATCH (c:Consumer)
WHERE c.role IN ['koc', 'possible']
RETURN c.rank AS place, c.consumer AS consumer, c.name AS name, c.niche AS niche, c.audience AS audience,
       c.score AS score
ORDER BY place
LIMIT $limit
