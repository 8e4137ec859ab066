// Two who share most of their audience
// The published run: pairs of the first key opinion consumers by the number of people who hear both.
// share is this number as a share of the smaller audience.
// @param first integer = 50  the last rank to compare
// @param limit integer = 20  how many rows
// :param first => 50
// :param limit => 20
MATCH (a:Person)
WHERE a.rank <= $first
MATCH (a)<-[:HEARS]-(x:Person)-[:HEARS]->(b:Person)
WHERE b.rank > a.rank AND b.rank <= $first
WITH a, b, count(DISTINCT x.person) AS shared
RETURN a.consumer AS consumer, a.name AS name, b.consumer AS other, b.name AS other_name, shared,
       1.0 * shared / CASE WHEN a.audience < b.audience THEN a.audience ELSE b.audience END AS share
ORDER BY shared DESC, share DESC, consumer, other
LIMIT $limit
