// Niches that a campaign's people reach
// The published run: of each niche, the members who hear at least one person on the roster of a campaign (reached),
// each counted once, and their share of all members.
// @param campaign string  the campaign's id
// :param campaign => 'plan:spring'
MATCH (:Campaign {campaign: $campaign})-[i:INVITED]->(:Consumer)<-[:HAS_ACCOUNT]-(p:Person)
WHERE coalesce(i.place, 'roster') = 'roster'
MATCH (p)<-[:HEARS]-(q:Person)-[:MEMBER_OF]->(n:Niche)
WITH n, count(DISTINCT p.person) AS heard, count(DISTINCT q.person) AS reached
RETURN n.niche AS niche, n.name AS name, heard, reached, n.people AS people, 1.0 * reached / n.people AS share
ORDER BY reached DESC, niche
