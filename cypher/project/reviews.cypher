// Every review: who wrote it, about what, when, and what came of it.
// @table reviews: review = review, consumer = consumer, product = product, rating = rating, created_at = created_at, origin = origin
MATCH (c:Consumer)-[:WROTE]->(r:Review)
OPTIONAL MATCH (r)-[:ABOUT]->(p:Product)
RETURN r.review AS review, c.consumer AS consumer, p.product AS product, r.rating AS rating,
       r.created_at AS created_at, r.origin AS origin
