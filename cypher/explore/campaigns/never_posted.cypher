// Who was invited and never posted
// People who were asked in a campaign and have no post in it, the campaign that began last first, with how far their
// invitation has come, when they were asked, and when the product reached them.
// @param limit integer = 100  how many rows
// :param limit => 100
MATCH (c:Campaign)-[i:INVITED]->(a:Consumer)
WHERE i.invited_at IS NOT NULL
  AND NOT EXISTS { MATCH (c)-[:ACTIVATED]->(a) }
  AND NOT EXISTS { MATCH (c)-[:TRACKS {event: 'posted'}]->(a) }
RETURN c.campaign AS campaign, c.`starts` AS first_day, a.consumer AS consumer, a.name AS name, i.status AS status,
       i.invited_at AS invited_at, i.received_at AS received_at
ORDER BY first_day IS NULL, first_day DESC, campaign, consumer
LIMIT $limit
