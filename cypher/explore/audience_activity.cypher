// The recent activity of a consumer's known followers, summed.
// A follow counts from its date; without one, once both ends have written something.
// @param consumer string  who is followed, as source:id
// @param at time  looking out from when
// @param half_life float = 90  days
MATCH (c:Consumer {consumer: $consumer})-[:WROTE]->(own:Review)
WITH c, min(own.created_at) AS joined
MATCH (c)<-[f:FOLLOWS]-(follower:Consumer)-[:WROTE]->(r:Review)
WHERE r.created_at <= $at AND (f.since <= $at OR (f.since IS NULL AND joined <= $at))
OPTIONAL MATCH (r)-[:ABOUT]->(p:Product)
WITH follower, coalesce(p.product, r.review) AS thing, min(r.created_at) AS first
RETURN count(DISTINCT follower.consumer) AS followers, count(first) AS reviews,
       sum(2.0 ^ (-duration.inSeconds(first, $at).microseconds / 86400000000.0 / $half_life)) AS activity
