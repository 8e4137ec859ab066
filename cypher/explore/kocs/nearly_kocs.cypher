// Nearly KOCs, one gate short
// The published run: people without a role who fail one of the gates that their platform requires, by score. failed has
// all the gates that they fail, also those that are not required. Accounts of brands and staff are left out.
// @param limit integer = 50  how many rows
// :param limit => 50
MATCH (p:Person)
WHERE p.gates_failed = 1 AND p.role = 'none' AND NOT 'person: failed' IN p.gates
UNWIND p.gates AS outcome
WITH p, outcome
WHERE outcome ENDS WITH ': failed'
WITH p, collect(replace(outcome, ': failed', '')) AS failed
RETURN p.consumer AS consumer, p.name AS name, failed, p.audience AS audience, p.reviews AS reviews, p.score AS score
ORDER BY p.score IS NULL, p.score DESC, consumer
LIMIT $limit
