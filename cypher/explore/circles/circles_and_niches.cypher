// Circles, and the niches they carry
// The published run: every circle, and the niches with which it shares more members than expected by chance.
MATCH (circle:Circle)
OPTIONAL MATCH (circle)-[carries:CARRIES]->(niche:Niche)
RETURN circle, carries, niche
ORDER BY circle.people DESC, circle.circle, carries.lift DESC, niche.niche
LIMIT 100
