// All reviews
// Every review: the author, the product, when, the reactions received, and the origin.
// A review that is only mentioned in an engagement has no author, and is counted too.
MATCH (r:Review)
WHERE r.review IS NOT NULL
OPTIONAL MATCH (c:Consumer)-[:WROTE]->(r)
OPTIONAL MATCH (r)-[:ABOUT]->(p:Product)
RETURN r.review AS review, c.consumer AS consumer, p.product AS product, r.rating AS rating,
       r.created_at AS created_at, r.likes AS likes, r.collects AS collects, r.comments AS comments,
       r.shares AS shares, r.views AS views, r.helpful AS helpful, r.media AS media, r.origin AS origin,
       r.verified AS verified, r.url AS url
