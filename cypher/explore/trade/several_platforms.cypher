// One person on several platforms
// People whose accounts are on more than one platform, those with a rank first.
MATCH (a:Consumer)-[:BELONGS_TO]->(p:Person)
WITH p, count(DISTINCT a.platform) AS platforms
WHERE platforms > 1
WITH p AS person
ORDER BY person.rank, person.person
LIMIT 25
MATCH (person)<-[belongs:BELONGS_TO]-(account:Consumer)
RETURN person, belongs, account
ORDER BY person.rank, person.person, account.consumer
LIMIT 100
