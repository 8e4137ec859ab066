// Circles, and the niches they carry
// The newest analysis: the circles, most stable first, each with the niches that it shares many members with.
MATCH (k:Circle)
OPTIONAL MATCH (k)-[r:CARRIES]->(n:Niche)
RETURN k.circle AS circle, k.name AS name, k.people AS people, k.stability AS stability, k.status AS status,
       n.name AS carries, r.lift AS lift
ORDER BY stability DESC, people DESC, circle, lift DESC, carries
