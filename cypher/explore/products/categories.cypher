// Categories
// Categories by reviews, with the people who wrote them. All accounts of a person count as one.
MATCH (c:Consumer)-[:WROTE]->(r:Review)-[:ABOUT]->(p:Product)-[:IN_CATEGORY]->(k:Category)
OPTIONAL MATCH (c)-[:BELONGS_TO]->(q:Person)
RETURN k.category AS category, count(r) AS reviews,
       count(DISTINCT q.person) + count(DISTINCT CASE WHEN q.person IS NULL THEN c.consumer END) AS people,
       count(DISTINCT p.product) AS products
ORDER BY reviews DESC, category
