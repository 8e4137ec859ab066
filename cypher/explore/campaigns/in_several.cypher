// People who are in several campaigns
// The published run: people on the lists of two campaigns or more, under any of their accounts, and these lists.
MATCH (p:Person)-[:HAS_ACCOUNT]->(:Consumer)<-[:INVITED]-(c:Campaign)
WITH p, count(DISTINCT c.campaign) AS lists
WHERE lists >= 2
MATCH (p)-[has:HAS_ACCOUNT]->(account:Consumer)<-[invited:INVITED]-(campaign:Campaign)
RETURN campaign, invited, account, has, p AS person
ORDER BY lists DESC, person.person, campaign.campaign
LIMIT 100
