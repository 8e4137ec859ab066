// Follow-on reviews: products that a consumer reviewed and a follower reviewed later.
// A score divides each among all accounts that the follower follows and that came first; here each counts in full.
// @param consumer string  the consumer who came first, as source:id
// @param limit integer = 50  how many rows
MATCH (c:Consumer {consumer: $consumer})-[:WROTE]->(own:Review)-[:ABOUT]->(p:Product)
      <-[:ABOUT]-(r:Review)<-[:WROTE]-(fan:Consumer)-[:FOLLOWS]->(c)
WITH p, fan, min(own.created_at) AS first, min(r.created_at) AS later
WHERE later > first
RETURN p.product AS product, p.title AS title, fan.consumer AS follower, first AS first_review, later AS follow_on
ORDER BY follow_on DESC, product, follower
LIMIT $limit
