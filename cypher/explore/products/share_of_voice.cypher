// Share of voice by brand and niche
// The published run: of the reviews that members of each niche wrote about products of a known brand, the share of
// each brand.
// @param limit integer = 100  how many rows
// :param limit => 100
MATCH (n:Niche)<-[:MEMBER_OF]-(p:Person)-[:HAS_ACCOUNT]->(:Consumer)-[:WROTE]->(r:Review)-[:ABOUT]->(product:Product)
WITH n, p, r, coalesce(product.brand_read, product.brand) AS brand
WHERE brand IS NOT NULL
WITH n, brand, count(r) AS reviews, count(DISTINCT p.person) AS people
WITH n, sum(reviews) AS total, collect({brand: brand, reviews: reviews, people: people}) AS voices
UNWIND voices AS voice
RETURN n.niche AS niche, n.name AS name, voice.brand AS brand, voice.people AS people, voice.reviews AS reviews,
       1.0 * voice.reviews / total AS share
ORDER BY niche, reviews DESC, brand
LIMIT $limit
