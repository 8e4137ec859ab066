// Who links two circles
// The published run: the people whom members of both circles hear, those with the most known followers first.
// @param circle string  the id of the one circle
// @param other string  the id of the other circle
// :param circle => 'c1'
// :param other => 'c2'
MATCH (circle:Circle {circle: $circle})<-[in_one:BRIDGES]-(person:Person)
MATCH (person)-[in_other:BRIDGES]->(other:Circle {circle: $other})
OPTIONAL MATCH (circle)-[bridged_to:BRIDGED_TO]-(known:Circle)
WHERE known.circle = $other
RETURN circle, in_one, person, in_other, other, bridged_to
ORDER BY person.audience DESC, person.person
LIMIT 100
