// Who was critical, and what became of it
// Answers with few stars, the newest first: how far the person's invitation has come, their posts in the campaign, and
// the stars that they gave the product in reviews since, under any of their accounts.
// @param stars integer = 2  the most stars
// @param limit integer = 50  how many rows
// :param stars => 2
// :param limit => 50
MATCH (a:Consumer)-[:GAVE]->(f:Feedback)-[:ANSWERS]->(c:Campaign)
WHERE f.rating <= $stars
OPTIONAL MATCH (f)-[:CONCERNS]->(product:Product)
OPTIONAL MATCH (c)-[i:INVITED]->(a)
OPTIONAL MATCH (c)-[post:ACTIVATED]->(a)
WITH a, f, c, product, i, count(post) AS posts
OPTIONAL MATCH (a)<-[:HAS_ACCOUNT]-(:Person)-[:HAS_ACCOUNT]->(:Consumer)-[:WROTE]->(r:Review)-[:ABOUT]->(about:Product)
WHERE about.product = product.product AND r.created_at >= f.given_at
RETURN c.campaign AS campaign, a.consumer AS consumer, a.name AS name, product.name AS product, f.rating AS stars,
       f.text AS answer, f.given_at AS given_at, i.status AS status, posts, count(r) AS reviews_since,
       avg(r.rating) AS stars_since
ORDER BY given_at DESC, campaign, consumer
LIMIT $limit
