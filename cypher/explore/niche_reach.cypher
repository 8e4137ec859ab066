// The newest analysis: the members of each niche by who reaches them, in four parts that add up to its people.
MATCH (c:Consumer)-[:MEMBER_OF]->(n:Niche)
RETURN n.niche AS niche, n.name AS name, count(c) AS people,
       sum(CASE WHEN c.part = 'reached_kol' THEN 1 ELSE 0 END) AS reached_kol,
       sum(CASE WHEN c.part = 'only_koc' THEN 1 ELSE 0 END) AS only_koc,
       sum(CASE WHEN c.part = 'nobody' THEN 1 ELSE 0 END) AS nobody,
       sum(CASE WHEN c.part = 'not_known' THEN 1 ELSE 0 END) AS not_known
ORDER BY people DESC, niche
