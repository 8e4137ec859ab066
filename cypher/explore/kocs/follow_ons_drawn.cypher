// Follow-on reviews, drawn
// The published run: products that a person reviewed and somebody who hears them reviewed later, the newest first.
// @param consumer string  one of the person's accounts, as source:id
// :param consumer => 'ciao:212'
MATCH (:Consumer {consumer: $consumer})<-[:HAS_ACCOUNT]-(p:Person)
MATCH (p)-[:HAS_ACCOUNT]->(:Consumer)-[:WROTE]->(own:Review)-[:ABOUT]->(product:Product)
WITH p, product, min(own.created_at) AS first
MATCH (p)<-[:HEARS]-(f:Person)-[:HAS_ACCOUNT]->(:Consumer)-[:WROTE]->(r:Review)-[:ABOUT]->(product)
WITH p, product, first, f, min(r.created_at) AS later
WHERE later > first
WITH p, product, first, f, later
ORDER BY later DESC, product.product, f.person
LIMIT 100
MATCH earlier = (p)-[:HAS_ACCOUNT]->(:Consumer)-[:WROTE]->(own:Review)-[:ABOUT]->(product)
WHERE own.created_at = first
MATCH follow_on = (product)<-[:ABOUT]-(r:Review)<-[:WROTE]-(:Consumer)<-[:HAS_ACCOUNT]-(f)
WHERE r.created_at = later
RETURN earlier, follow_on
ORDER BY r.created_at DESC, r.review
LIMIT 100
