// Stars by month
// The number of reviews of a brand's products and their mean rating, by month (UTC).
// @param brand string  the brand, as the products have it
// :param brand => 'Moka'
MATCH (p:Product)
WHERE p.brand_read = $brand OR p.brand = $brand
MATCH (p)<-[:ABOUT]-(r:Review)
WHERE r.created_at IS NOT NULL
RETURN r.created_at.year AS year, r.created_at.month AS month, count(r) AS reviews, avg(r.rating) AS stars
ORDER BY year, month
