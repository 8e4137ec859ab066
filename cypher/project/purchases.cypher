// Every purchase: who bought what, and when.
// @table purchases: order = order, product = product, consumer = consumer, bought_at = bought_at
MATCH (c:Consumer)-[b:PURCHASED]->(p:Product)
RETURN b.`order` AS `order`, p.product AS product, c.consumer AS consumer, b.bought_at AS bought_at
