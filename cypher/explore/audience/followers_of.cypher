// Followers of a person
// The known followers, the most active first. All accounts of the person, and of each follower, count as one.
// @param consumer string  the consumer who is followed, as source:id
// @param limit integer = 50  how many rows
// :param consumer => 'ciao:212'
// :param limit => 50
MATCH (c:Consumer {consumer: $consumer})
OPTIONAL MATCH (c)-[:BELONGS_TO]->(:Person)<-[:BELONGS_TO]-(other:Consumer)
UNWIND [c.consumer, other.consumer] AS account
WITH collect(DISTINCT account) AS accounts
UNWIND accounts AS account
MATCH (:Consumer {consumer: account})<-[:FOLLOWS]-(f:Consumer)
WHERE NOT f.consumer IN accounts
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
