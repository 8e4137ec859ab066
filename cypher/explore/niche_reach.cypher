// The newest analysis: the members of each niche, and how many follow a wide-audience account.
MATCH (c:Consumer)-[:MEMBER_OF]->(n:Niche)
OPTIONAL MATCH (c)-[:FOLLOWS]->(wide:Consumer {role: 'kol'})
WITH n, c, count(wide) AS wide_followees
RETURN n.niche AS niche, n.name AS name, count(c) AS people,
       sum(CASE WHEN wide_followees > 0 THEN 1 ELSE 0 END) AS reached
ORDER BY people DESC, niche
