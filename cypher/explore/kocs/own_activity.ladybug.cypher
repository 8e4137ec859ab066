// Own recent activity
// A person's first reviews of items from all of their accounts, each halved for every half_life days of age.
// @param consumer string  the consumer, as source:id
// @param at time  the reference date
// @param platform string = all  the one platform to count
// @param half_life float = 90  days
// :param consumer => 'ciao:212'
// :param at => datetime('2011-04-12')
// :param platform => 'all'
// :param half_life => 90.0
MATCH (c:Consumer {consumer: $consumer})
OPTIONAL MATCH (c)-[:BELONGS_TO]->(:Person)<-[:BELONGS_TO]-(other:Consumer)
WHERE $platform = 'all' OR other.platform = $platform
UNWIND [c.consumer, other.consumer] AS account
WITH DISTINCT account
WHERE account IS NOT NULL
MATCH (:Consumer {consumer: account})-[:WROTE]->(r:Review)
WHERE r.created_at <= $at
OPTIONAL MATCH (r)-[:ABOUT]->(p:Product)
WITH coalesce(p.product, r.review) AS item, min(r.created_at) AS first
RETURN count(first) AS reviews,
       sum(pow(2.0, -(to_epoch_ms($at) - to_epoch_ms(first) + (date_part('microsecond', $at) % 1000
                      - date_part('microsecond', first) % 1000) / 1000.0) / 86400000.0 / $half_life)) AS activity
