// Followers' recent activity
// The recent activity of a person's known followers, summed over all accounts of the person and of each follower.
// A follow counts from its date; without one, once both people have written a review. On a platform without follows,
// people who engaged with the person's reviews there count as followers. Each first review of an item is halved for
// every half_life days of age.
// @param consumer string  the consumer who is followed, as source:id
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
WITH collect(DISTINCT account) AS accounts
OPTIONAL MATCH (account:Consumer)-[:WROTE]->(own:Review)
WHERE account.consumer IN accounts
WITH accounts, min(own.created_at) AS joined
OPTIONAL MATCH (account:Consumer)<-[f:FOLLOWS]-(x:Consumer)
WHERE account.consumer IN accounts
WITH accounts, joined, collect({who: x.consumer, since: f.since}) AS follows
OPTIONAL MATCH (account:Consumer)
WHERE account.consumer IN accounts AND NOT EXISTS {
    MATCH (there:Consumer)<-[:FOLLOWS]-(:Consumer)
    WHERE coalesce(there.platform, '') = coalesce(account.platform, '')
}
WITH accounts, joined, follows, account
OPTIONAL MATCH (account)-[:WROTE]->(:Review)<-[e:ENGAGED]-(x:Consumer)
WITH accounts, joined, follows, collect({who: x.consumer, since: coalesce(e.created_at, $at)}) AS engaged
UNWIND follows + engaged AS tie
MATCH (x:Consumer {consumer: tie.who})
WHERE NOT x.consumer IN accounts AND ($platform = 'all' OR x.platform = $platform)
OPTIONAL MATCH (x)-[:BELONGS_TO]->(q:Person)
WITH joined, q.person AS person, CASE WHEN q.person IS NULL THEN x.consumer END AS alone, min(tie.since) AS since
WHERE since <= $at OR (since IS NULL AND joined <= $at)
OPTIONAL MATCH (:Person {person: person})<-[:BELONGS_TO]-(y:Consumer)
WHERE $platform = 'all' OR y.platform = $platform
WITH coalesce(person, alone) AS follower, coalesce(y.consumer, alone) AS account
MATCH (:Consumer {consumer: account})-[:WROTE]->(r:Review)
WHERE r.created_at <= $at
OPTIONAL MATCH (r)-[:ABOUT]->(p:Product)
WITH follower, coalesce(p.product, r.review) AS item, min(r.created_at) AS first
RETURN count(DISTINCT follower) AS followers, count(first) AS reviews,
       sum(2.0 ^ (-duration.inSeconds(first, $at).microseconds / 86400000000.0 / $half_life)) AS activity
