// Campaigns and focus groups
// The saved lists that the store shows, the latest start first and those without a start last, with the people on each:
// roster are those who are invited first, reserve those who are invited where others decline.
// @param limit integer = 50  how many rows
// :param limit => 50
MATCH (c:Campaign)
OPTIONAL MATCH (c)-[i:INVITED]->(:Consumer)
WITH c, count(i) AS people, sum(CASE WHEN i.place = 'reserve' THEN 1 ELSE 0 END) AS reserve
RETURN c.campaign AS campaign, c.name AS name, c.kind AS kind, c.client AS client, c.product AS product,
       c.`starts` AS first_day, c.`ends` AS last_day, people - reserve AS roster, reserve
ORDER BY first_day IS NULL, first_day DESC, campaign
LIMIT $limit
