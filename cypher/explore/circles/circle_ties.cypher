// A circle with its ties
// The newest analysis: the members of a circle, the most certain first, and whom of the circle they hear.
// @param circle string  the circle's id
// :param circle => 'c1'
MATCH (circle:Circle {circle: $circle})<-[member_of:MEMBER_OF]-(member:Person)
OPTIONAL MATCH (member)-[hears:HEARS]->(heard:Person)-[:MEMBER_OF]->(circle)
RETURN circle, member_of, member, hears, heard
ORDER BY member_of.confidence DESC, member.person, heard.person
LIMIT 100
