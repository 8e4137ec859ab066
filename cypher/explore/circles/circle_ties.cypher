// A circle with its ties
// The published run: the members of a circle, the most certain first, and whom of the circle they hear.
// @param circle string  the circle's id
// :param circle => 'c1'
MATCH (:Circle {circle: $circle})<-[:MEMBER_OF]-(p:Person)
WITH collect(p.person) AS persons
MATCH (circle:Circle {circle: $circle})<-[member_of:MEMBER_OF]-(member:Person)
// Not ->(heard)-[:MEMBER_OF]->(circle): the embedded engine can crash where both ends of an OPTIONAL MATCH are known.
OPTIONAL MATCH (member)-[hears:HEARS]->(heard:Person)
WHERE heard.person IN persons
RETURN circle, member_of, member, hears, heard
ORDER BY member_of.confidence DESC, member.person, heard.person
LIMIT 100
