// Gone quiet
// The published run: key opinion consumers without a review in the last days before its reference date.
// @param days integer = 90  days without a review
// @param limit integer = 50  how many rows
// :param days => 90
// :param limit => 50
MATCH (r:Run {shown: 'yes'})
MATCH (p:Person)
WHERE p.rank >= 1 AND p.last_review <= r.at - duration({days: $days})
RETURN p.rank AS place, p.consumer AS consumer, p.name AS name, p.last_review AS last_review, p.reviews AS reviews
ORDER BY place
LIMIT $limit
