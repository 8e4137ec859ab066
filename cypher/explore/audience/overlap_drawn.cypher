// The audience that two share, drawn
// The published run: the people who hear both of two persons.
// @param consumer string  an account of the one, as source:id
// @param other string  an account of the other, as source:id
// :param consumer => 'ciao:212'
// :param other => 'ciao:18'
MATCH (:Consumer {consumer: $consumer})<-[:HAS_ACCOUNT]-(one:Person)
MATCH (:Consumer {consumer: $other})<-[:HAS_ACCOUNT]-(two:Person)
MATCH (one)<-[hears_one:HEARS]-(listener:Person)-[hears_two:HEARS]->(two)
RETURN one, hears_one, listener, hears_two, two
ORDER BY listener.person
LIMIT 100
