// Who reaches this niche
// The published run: the people with a role whom members of a niche hear, those with most members first.
// reaches has the number of members (reached), and of those who hear nobody else with a role (only_here).
// @param niche string  the niche's id
// :param niche => 'n1'
MATCH (person:Person)-[reaches:REACHES]->(niche:Niche {niche: $niche})
RETURN person, reaches, niche
ORDER BY reaches.reached DESC, person.consumer
LIMIT 100
