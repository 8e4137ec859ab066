// Followers of followers in the niche
// The published run: members of a niche who hear a listener of this person, and not the person.
// @param consumer string  one of the person's accounts, as source:id
// @param niche string  the niche's id
// :param consumer => 'ciao:212'
// :param niche => 'n1'
MATCH (:Consumer {consumer: $consumer})<-[:HAS_ACCOUNT]-(person:Person)
MATCH (person)<-[hears:HEARS]-(between:Person)<-[hears_them:HEARS]-(member:Person)
WHERE member.person <> person.person AND NOT EXISTS { MATCH (member)-[:HEARS]->(person) }
MATCH (member)-[member_of:MEMBER_OF]->(niche:Niche {niche: $niche})
RETURN person, hears, between, hears_them, member, member_of, niche
ORDER BY member.person, between.person
LIMIT 100
