// Reviews of a person
// From all of their accounts, newest first.
// @param consumer string  the consumer, as source:id
// @param limit integer = 50  how many rows
// :param consumer => 'ciao:212'
// :param limit => 50
MATCH (c:Consumer {consumer: $consumer})
OPTIONAL MATCH (c)-[:BELONGS_TO]->(:Person)<-[:BELONGS_TO]-(other:Consumer)
UNWIND [c.consumer, other.consumer] AS account
WITH collect(DISTINCT account) AS accounts
MATCH (x:Consumer)-[:WROTE]->(r:Review)
WHERE x.consumer IN accounts
OPTIONAL MATCH (r)-[:ABOUT]->(p:Product)
OPTIONAL MATCH (p)-[:IN_CATEGORY]->(k:Category)
RETURN r.created_at AS created_at, p.product AS product, p.title AS title, k.category AS category, r.rating AS rating,
       r.review AS review, x.consumer AS account
ORDER BY created_at DESC, review
LIMIT $limit
