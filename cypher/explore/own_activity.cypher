// A consumer's recent activity: her first reviews of things, each halved for every 90 days of age.
// @param consumer string  who, as source:id
// @param at time  looking out from when
// @param half_life float = 90  days
MATCH (c:Consumer {consumer: $consumer})-[:WROTE]->(r:Review)
WHERE r.created_at <= $at
OPTIONAL MATCH (r)-[:ABOUT]->(p:Product)
WITH coalesce(p.product, r.review) AS thing, min(r.created_at) AS first
RETURN count(first) AS reviews,
       sum(2.0 ^ (-duration.inSeconds(first, $at).microseconds / 86400000000.0 / $half_life)) AS activity
