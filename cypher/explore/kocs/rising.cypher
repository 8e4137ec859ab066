// Rising since the last run
// The published run: key opinion consumers with a better rank than in the run that it continues, most places first.
// @param limit integer = 20  how many rows
// :param limit => 20
MATCH (p:Person)
WHERE p.rank >= 1 AND p.rank_before > p.rank
RETURN p.rank AS place, p.rank_before AS place_before, p.rank_before - p.rank AS risen, p.consumer AS consumer,
       p.name AS name, p.audience AS audience
ORDER BY risen DESC, place
LIMIT $limit
