// All purchases
// Every purchase: the buyer, the product, when, and the state of the order.
MATCH (c:Consumer)-[b:PURCHASED]->(p:Product)
WHERE c.consumer IS NOT NULL AND p.product IS NOT NULL
RETURN b.`order` AS `order`, p.product AS product, c.consumer AS consumer, b.bought_at AS bought_at,
       b.status AS status
