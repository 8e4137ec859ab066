// Paid and gifted share
// The published run: the shares of paid and of gifted reviews of each key opinion consumer, by rank.
// @param limit integer = 50  how many rows
// :param limit => 50
MATCH (p:Person)
WHERE p.rank >= 1
RETURN p.rank AS place, p.consumer AS consumer, p.name AS name, p.reviews AS reviews, p.origin_paid AS paid,
       p.origin_gifted AS gifted
ORDER BY place
LIMIT $limit
