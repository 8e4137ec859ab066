// First on what took off
// The ten products with the most reviews, and the first five reviews of each with their authors.
MATCH (product:Product)
WHERE product.reviews > 1
WITH product
ORDER BY product.reviews DESC, product.product
LIMIT 10
MATCH (product)<-[:ABOUT]-(r:Review)
WHERE r.created_at IS NOT NULL
WITH product, r
ORDER BY r.created_at
WITH product, collect(r.created_at)[..5] AS firsts
MATCH (product)<-[about:ABOUT]-(review:Review)
WHERE review.created_at <= firsts[-1]
OPTIONAL MATCH (review)<-[wrote:WROTE]-(account:Consumer)
OPTIONAL MATCH (account)<-[has:HAS_ACCOUNT]-(person:Person)
RETURN product, about, review, wrote, account, has, person
ORDER BY product.reviews DESC, product.product, review.created_at, review.review
LIMIT 100
