// People with the most known followers
// All accounts of a person, and of each follower, count as one. consumer is the smallest of the person's accounts.
// @param limit integer = 20  how many rows
// :param limit => 20
MATCH (c:Consumer)<-[:FOLLOWS]-(f:Consumer)
OPTIONAL MATCH (c)-[:BELONGS_TO]->(p:Person)
OPTIONAL MATCH (f)-[:BELONGS_TO]->(q:Person)
WITH c, f, p.person AS person, q.person AS follower
WHERE person IS NULL OR follower IS NULL OR person <> follower
WITH person, CASE WHEN person IS NULL THEN c.consumer END AS alone,
     count(DISTINCT follower) + count(DISTINCT CASE WHEN follower IS NULL THEN f.consumer END) AS audience
ORDER BY audience DESC, coalesce(person, alone)
LIMIT $limit
OPTIONAL MATCH (:Person {person: person})<-[:BELONGS_TO]-(y:Consumer)
WITH audience, alone, person, min(y.consumer) AS smallest
MATCH (x:Consumer {consumer: coalesce(smallest, alone)})
RETURN x.consumer AS consumer, x.name AS name, audience
ORDER BY audience DESC, consumer
