// Niches, and finer ones inside
// The published run: every niche, the niche that it is a part of, and the category that it is about.
MATCH (niche:Niche)
OPTIONAL MATCH (niche)-[inside:INSIDE]->(wider:Niche)
OPTIONAL MATCH (niche)-[of:OF]->(category:Category)
RETURN niche, inside, wider, of, category
ORDER BY niche.people DESC, niche.niche, category.category
LIMIT 100
