// The unreached, and whom they hear
// The published run: members of a niche whom nobody with a role reaches, and the people whom they hear instead.
// @param niche string  the niche's id
// :param niche => 'n1'
MATCH (niche:Niche {niche: $niche})<-[member_of:MEMBER_OF]-(member:Person)
WHERE member.part = 'nobody'
OPTIONAL MATCH (member)-[hears:HEARS]->(heard:Person)
RETURN niche, member_of, member, hears, heard
ORDER BY member.person, heard.person
LIMIT 100
