// Ours, and who writes about them
// The products of a brand and the people who reviewed them, those with a rank first.
// @param brand string  the brand, as the products have it
// :param brand => 'Moka'
MATCH (product:Product)
WHERE product.brand_read = $brand OR product.brand = $brand
OPTIONAL MATCH (product)<-[about:ABOUT]-(review:Review)<-[wrote:WROTE]-(account:Consumer)
OPTIONAL MATCH (account)<-[has:HAS_ACCOUNT]-(person:Person)
RETURN product, about, review, wrote, account, has, person
ORDER BY person.rank, person.person, review.created_at DESC, review.review, product.product
LIMIT 100
