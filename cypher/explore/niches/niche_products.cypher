// The products of a niche
// The published run: the products that most members of a niche reviewed, and their categories.
// @param niche string  the niche's id
// :param niche => 'n1'
MATCH (niche:Niche {niche: $niche})
MATCH (niche)<-[:MEMBER_OF]-(p:Person)-[:HAS_ACCOUNT]->(:Consumer)-[:WROTE]->(:Review)-[:ABOUT]->(product:Product)
WITH niche, product, count(DISTINCT p.person) AS members
ORDER BY members DESC, product.product
LIMIT 25
OPTIONAL MATCH (product)-[in_category:IN_CATEGORY]->(category:Category)
OPTIONAL MATCH (category)<-[of:OF]-(known:Niche)
WHERE known.niche = $niche
RETURN members, product, in_category, category, of, niche
ORDER BY members DESC, product.product
LIMIT 100
