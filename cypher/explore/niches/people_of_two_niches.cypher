// People of two niches
// The published run: people who are members of both niches, those with a rank first.
// @param niche string  the id of the one niche
// @param other string  the id of the other niche
// :param niche => 'n1'
// :param other => 'n2'
MATCH (niche:Niche {niche: $niche})<-[in_one:MEMBER_OF]-(person:Person)
MATCH (person)-[in_other:MEMBER_OF]->(other:Niche {niche: $other})
RETURN niche, in_one, person, in_other, other
ORDER BY person.rank, person.person
LIMIT 100
