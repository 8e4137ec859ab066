// Circles without a KOC
// The published run: circles none of whose members is a key opinion consumer, most people first.
MATCH (k:Circle)
WHERE k.kocs = 0
OPTIONAL MATCH (k)-[r:CARRIES]->(n:Niche)
RETURN k.circle AS circle, k.name AS name, k.people AS people, k.kols AS kols, k.stability AS stability,
       k.evidence AS evidence, n.name AS carries
ORDER BY people DESC, circle, r.lift DESC, carries
