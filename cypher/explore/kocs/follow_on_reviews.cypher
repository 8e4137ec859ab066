// Follow-on reviews, one by one
// Products that a person reviewed and a follower reviewed later. All accounts of the person, and of each follower,
// count as one. A score divides each among all people whom the follower follows and who came first; here each counts
// in full.
// @param consumer string  the consumer who came first, as source:id
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
WITH accounts, person, alone, min(account) AS follower, collect(account) AS theirs
UNWIND theirs AS account
MATCH (:Consumer {consumer: account})-[:WROTE]->(r:Review)-[:ABOUT]->(p:Product)
MATCH (p)<-[:ABOUT]-(own:Review)<-[:WROTE]-(x:Consumer)
WHERE x.consumer IN accounts
WITH p, person, alone, follower, min(own.created_at) AS first, min(r.created_at) AS later
WHERE later > first
RETURN p.product AS product, p.title AS title, follower, first AS first_review, later AS follow_on
ORDER BY follow_on DESC, product, follower
LIMIT $limit
