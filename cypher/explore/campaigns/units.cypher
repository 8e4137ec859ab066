// Units offered, and how far they came
// What each campaign offered by a programme such as Vine: units offered, claimed, shipped, received and reviewed.
// @param limit integer = 100  how many rows
// :param limit => 100
MATCH (c:Campaign)-[u:OFFERED]->(p:Product)
RETURN c.campaign AS campaign, p.product AS product, p.name AS title, u.channel AS channel, u.enrolled_at AS enrolled_at,
       u.offered AS offered, u.claimed AS claimed, u.shipped AS shipped, u.received AS received, u.reviewed AS reviewed
ORDER BY campaign, product, channel, enrolled_at
LIMIT $limit
