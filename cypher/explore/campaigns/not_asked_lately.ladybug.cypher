// Who has not been asked for six months
// The published run: key opinion consumers who were last asked more than so many days before its reference date, by
// rank, under any of their accounts. Those who were never asked are in on_no_list.
// @param days integer = 183  days since they were last asked
// @param limit integer = 50  how many rows
// :param days => 183
// :param limit => 50
MATCH (run:Run {shown: 'yes'})
MATCH (c:Campaign)-[i:INVITED]->(:Consumer)<-[:HAS_ACCOUNT]-(p:Person)
WHERE p.rank >= 1 AND i.invited_at IS NOT NULL
WITH run, p, max(i.invited_at) AS last_asked, count(DISTINCT c.campaign) AS campaigns
WHERE last_asked <= run.at - to_days($days)
RETURN p.rank AS place, p.consumer AS consumer, p.name AS name, last_asked, campaigns
ORDER BY place
LIMIT $limit
