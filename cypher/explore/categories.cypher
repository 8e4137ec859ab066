// Categories by reviews, with the people who wrote them.
MATCH (c:Consumer)-[:WROTE]->(r:Review)-[:ABOUT]->(p:Product)-[:IN_CATEGORY]->(k:Category)
RETURN k.category AS category, count(r) AS reviews, count(DISTINCT c.consumer) AS people, count(DISTINCT p.product) AS products
ORDER BY reviews DESC, category
