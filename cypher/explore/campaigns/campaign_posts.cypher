// Posts of a campaign
// The people who posted for a campaign; each relationship is a post, with its address and newest figures.
// @param campaign string  the campaign's id
// :param campaign => 'campaign:spring'
MATCH (campaign:Campaign {campaign: $campaign})-[post:ACTIVATED]->(account:Consumer)
OPTIONAL MATCH (account)<-[has:HAS_ACCOUNT]-(person:Person)
RETURN campaign, post, account, has, person
ORDER BY post.posted_at, post.post
LIMIT 100
