// The smallest set that covers a niche
// The published run: at each step the key opinion consumer whom most members hear of those who hear none before.
// Five steps at most. reached is the number of members who hear one of them so far, people the number of all members.
// @param niche string  the niche's id
// :param niche => 'n1'
MATCH (n:Niche {niche: $niche})
OPTIONAL MATCH (n)<-[:MEMBER_OF]-(x:Person)-[:HEARS]->(p:Person)
WHERE p.rank >= 1
WITH n, p.person AS person, p.rank AS place, collect(DISTINCT x.person) AS new
ORDER BY size(new) DESC, place
LIMIT 1
WITH n, [{person: person, new: size(new), before: 0}] AS steps, new AS covered
OPTIONAL MATCH (n)<-[:MEMBER_OF]-(x:Person)-[:HEARS]->(p:Person)
WHERE p.rank >= 1 AND NOT x.person IN covered
WITH n, steps, covered, p.person AS person, p.rank AS place, collect(DISTINCT x.person) AS new
ORDER BY size(new) DESC, place
LIMIT 1
WITH n, steps + [{person: person, new: size(new), before: size(covered)}] AS steps, covered + new AS covered
OPTIONAL MATCH (n)<-[:MEMBER_OF]-(x:Person)-[:HEARS]->(p:Person)
WHERE p.rank >= 1 AND NOT x.person IN covered
WITH n, steps, covered, p.person AS person, p.rank AS place, collect(DISTINCT x.person) AS new
ORDER BY size(new) DESC, place
LIMIT 1
WITH n, steps + [{person: person, new: size(new), before: size(covered)}] AS steps, covered + new AS covered
OPTIONAL MATCH (n)<-[:MEMBER_OF]-(x:Person)-[:HEARS]->(p:Person)
WHERE p.rank >= 1 AND NOT x.person IN covered
WITH n, steps, covered, p.person AS person, p.rank AS place, collect(DISTINCT x.person) AS new
ORDER BY size(new) DESC, place
LIMIT 1
WITH n, steps + [{person: person, new: size(new), before: size(covered)}] AS steps, covered + new AS covered
OPTIONAL MATCH (n)<-[:MEMBER_OF]-(x:Person)-[:HEARS]->(p:Person)
WHERE p.rank >= 1 AND NOT x.person IN covered
WITH n, steps, covered, p.person AS person, p.rank AS place, collect(DISTINCT x.person) AS new
ORDER BY size(new) DESC, place
LIMIT 1
WITH n, steps + [{person: person, new: size(new), before: size(covered)}] AS steps, covered + new AS covered
UNWIND steps AS step
MATCH (p:Person {person: step.person})
WHERE step.new > 0
RETURN p.rank AS place, p.consumer AS consumer, p.name AS name, step.new AS new, step.before + step.new AS reached,
       n.people AS people
ORDER BY reached
