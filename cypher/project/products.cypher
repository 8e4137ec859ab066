// Every product and its category.
MATCH (p:Product)
OPTIONAL MATCH (p)-[:IN_CATEGORY]->(k:Category)
RETURN p.product AS product, p.title AS title, p.brand AS brand, k.category AS category
