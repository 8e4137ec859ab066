// First 20 KOCs, and who hears them
// The published run: the first 20 key opinion consumers, and the 15 people who hear most of them.
MATCH (p:Person)
WHERE p.rank <= 20
MATCH (q:Person)-[:HEARS]->(p)
WITH q.person AS person, count(p) AS heard
ORDER BY heard DESC, person
LIMIT 15
WITH collect(person) AS persons
MATCH (koc:Person)
WHERE koc.rank <= 20
OPTIONAL MATCH (koc)<-[hears:HEARS]-(listener:Person)
WHERE listener.person IN persons
RETURN koc, hears, listener
ORDER BY koc.rank, listener.person
LIMIT 300
