// Posts for campaigns
// The address of every post for a campaign, and what it was given for. A review with that address is gifted or paid.
MATCH (c:Campaign)-[e:TRACKS|ACTIVATED]->(a:Consumer)
WHERE c.campaign IS NOT NULL AND a.consumer IS NOT NULL AND e.url IS NOT NULL
OPTIONAL MATCH (c)-[i:INVITED]->(a)
WITH e.url AS url, i.incentive AS incentive
RETURN DISTINCT url, incentive
