// The known followers of a person, the most active first. All accounts of the person, and of each follower, count as one.
// @param consumer string  the consumer who is followed, as source:id
// @param limit integer = 50  how many rows
MATCH (c:Consumer {consumer: $consumer})
OPTIONAL MATCH (c)-[:BELONGS_TO]->(:Person)<-[:BELONGS_TO]-(other:Consumer)
UNWIND [c.consumer, other.consumer] AS account
WITH collect(DISTINCT account) AS accounts
MATCH (f:Consumer)-[:FOLLOWS]->(followed:Consumer)
WHERE followed.consumer IN accounts AND NOT f.consumer IN accounts
OPTIONAL MATCH (f)-[:BELONGS_TO]->(q:Person)
WITH DISTINCT accounts, q.person AS person, CASE WHEN q.person IS NULL THEN f.consumer END AS alone
OPTIONAL MATCH (:Person {person: person})<-[:BELONGS_TO]-(y:Consumer)
WITH accounts, person, alone, coalesce(y.consumer, alone) AS account
MATCH (x:Consumer {consumer: account})
OPTIONAL MATCH (x)-[:WROTE]->(r:Review)
WITH person, alone, min(x.consumer) AS consumer, min(x.name) AS name, count(r) AS reviews,
     max(r.created_at) AS last_review
RETURN consumer, name, reviews, last_review
ORDER BY reviews DESC, consumer
LIMIT $limit
