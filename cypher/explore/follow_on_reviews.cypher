// Follow-on reviews: products that a consumer reviewed and a follower of hers reviewed later.
// The credit of each is shared by all the follower's followees who came first; here they are not divided.
// @param consumer string  who came first, as source:id
// @param limit integer = 50  how many rows
MATCH (c:Consumer {consumer: $consumer})-[:WROTE]->(own:Review)-[:ABOUT]->(p:Product)
      <-[:ABOUT]-(r:Review)<-[:WROTE]-(fan:Consumer)-[:FOLLOWS]->(c)
WITH p, fan, min(own.created_at) AS first, min(r.created_at) AS later
WHERE later > first
RETURN p.product AS product, p.title AS title, fan.consumer AS follower, first AS her_review, later AS follow_on
ORDER BY follow_on DESC, product, follower
LIMIT $limit
