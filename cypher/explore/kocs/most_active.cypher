// People with the most reviews
// All accounts of a person count as one. consumer is the smallest of them.
// @param limit integer = 20  how many rows
// :param limit => 20
MATCH (c:Consumer)-[:WROTE]->(r:Review)
OPTIONAL MATCH (c)-[:BELONGS_TO]->(p:Person)
WITH p.person AS person, CASE WHEN p.person IS NULL THEN c.consumer END AS alone, count(r) AS reviews,
     min(r.created_at) AS since, max(r.created_at) AS last_at
ORDER BY reviews DESC, coalesce(person, alone)
LIMIT $limit
OPTIONAL MATCH (:Person {person: person})<-[:BELONGS_TO]-(y:Consumer)
WITH reviews, since, last_at, alone, person, min(y.consumer) AS smallest
MATCH (x:Consumer {consumer: coalesce(smallest, alone)})
RETURN x.consumer AS consumer, x.name AS name, reviews, since, last_at
ORDER BY reviews DESC, consumer
