// Price, followers and consent of the first 50
// The published run: what the first key opinion consumers ask for a post, their followers as the platform states
// them, their known followers, and whether they may be contacted.
// @param limit integer = 50  how many rows
// :param limit => 50
MATCH (p:Person)
WHERE p.rank >= 1
RETURN p.rank AS place, p.consumer AS consumer, p.name AS name, p.quote AS quote, p.followers AS followers,
       p.audience AS audience, p.consent AS consent
ORDER BY place
LIMIT $limit
