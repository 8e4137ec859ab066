// Who advertises a rival
// The published run: people on the list of a campaign whose reviews of other brands' products are marked as paid or
// gifted, under any of their accounts.
// @param brand string  our brand
// :param brand => 'My brand'
// @param limit integer = 50  how many rows
// :param limit => 50
MATCH (:Campaign)-[:INVITED]->(:Consumer)<-[:HAS_ACCOUNT]-(p:Person)
WITH DISTINCT p
MATCH (p)-[:HAS_ACCOUNT]->(:Consumer)-[:WROTE]->(r:Review)-[:ABOUT]->(product:Product)
WHERE r.origin IN ['paid', 'gifted']
WITH p, r, coalesce(product.brand_read, product.brand) AS rival
WHERE rival <> $brand
RETURN p.consumer AS consumer, p.name AS name, rival, sum(CASE WHEN r.origin = 'paid' THEN 1 ELSE 0 END) AS paid,
       sum(CASE WHEN r.origin = 'gifted' THEN 1 ELSE 0 END) AS gifted, max(r.created_at) AS last_review
ORDER BY paid DESC, gifted DESC, consumer, rival
LIMIT $limit
