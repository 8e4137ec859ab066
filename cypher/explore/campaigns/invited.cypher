// Who is on the list of a campaign
// The people on a list, the roster before the reserve, with their role and wave, what should be judged of them first
// (checks), and suspicious patterns. Checks and patterns are those of the published run.
// @param campaign string  the campaign's id
// :param campaign => 'plan:spring'
MATCH (c:Campaign {campaign: $campaign})-[i:INVITED]->(a:Consumer)
OPTIONAL MATCH (p:Person)-[:HAS_ACCOUNT]->(a)
RETURN coalesce(i.place, 'roster') AS place, i.wave AS wave, i.role AS role, a.consumer AS consumer,
       coalesce(p.name, a.name) AS name, i.status AS status, p.consent AS consent, p.checks AS checks,
       p.patterns AS patterns
ORDER BY place DESC, coalesce(wave, 0), consumer
