// Who reaches the members of each niche
// The published run: the members of each niche by who reaches them, in four parts that add up to its people.
MATCH (p:Person)-[:MEMBER_OF]->(n:Niche)
RETURN n.niche AS niche, n.name AS name, count(p) AS people,
       sum(CASE WHEN p.part = 'reached_kol' THEN 1 ELSE 0 END) AS reached_kol,
       sum(CASE WHEN p.part = 'only_koc' THEN 1 ELSE 0 END) AS only_koc,
       sum(CASE WHEN p.part = 'nobody' THEN 1 ELSE 0 END) AS nobody,
       sum(CASE WHEN p.part = 'not_known' THEN 1 ELSE 0 END) AS not_known
ORDER BY people DESC, niche
