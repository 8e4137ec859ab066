// Every review: who wrote it, about what, when, what came of it, and how it came to be.
// @table reviews: review = review, consumer = consumer, product = product, rating = rating, created_at = created_at, likes = likes, collects = collects, comments = comments, shares = shares, views = views, helpful = helpful, media = media, origin = origin, verified = verified
MATCH (c:Consumer)-[:WROTE]->(r:Review)
OPTIONAL MATCH (r)-[:ABOUT]->(p:Product)
RETURN r.review AS review, c.consumer AS consumer, p.product AS product, r.rating AS rating,
       r.created_at AS created_at, r.likes AS likes, r.collects AS collects, r.comments AS comments,
       r.shares AS shares, r.views AS views, r.helpful AS helpful, r.media AS media, r.origin AS origin,
       r.verified AS verified
