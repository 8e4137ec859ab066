// All products
// Every product and its category.
MATCH (p:Product)
WHERE p.product IS NOT NULL
OPTIONAL MATCH (p)-[:IN_CATEGORY]->(k:Category)
RETURN p.product AS product, p.title AS title, p.brand AS brand, k.category AS category
