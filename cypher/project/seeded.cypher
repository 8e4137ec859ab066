// Who was given what in campaigns
// Everybody to whom a campaign brought its product, or is to bring it: the product as the campaign names it, the day
// when it reached them, else when they accepted, else when they were asked, and what a post is given for.
// Their reviews of it are gifted or paid, see graphkoc/graph/seeded.py.
MATCH (c:Campaign)-[i:INVITED]->(a:Consumer)
WHERE c.kind = 'campaign' AND c.product IS NOT NULL AND a.consumer IS NOT NULL
  AND (i.received_at IS NOT NULL OR i.status IN ['invited', 'accepted', 'shipped', 'received', 'posted', 'taken_down',
                                                 'paid'])
OPTIONAL MATCH (c)-[e:TRACKS {event: 'accepted'}]->(a)
WITH c, i, a, max(e.happened_at) AS accepted_at
RETURN a.consumer AS consumer, c.product AS product,
       coalesce(i.received_at, accepted_at, i.invited_at, c.`starts`) AS since, c.`ends` AS until,
       i.incentive AS incentive
