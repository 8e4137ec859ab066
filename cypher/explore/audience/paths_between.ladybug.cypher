// Paths between two KOCs
// The published run: the shortest chains of people who hear each other, in either direction, between two persons.
// @param consumer string  an account of the one, as source:id
// @param other string  an account of the other, as source:id
// :param consumer => 'ciao:212'
// :param other => 'ciao:18'
MATCH (:Consumer {consumer: $consumer})<-[:HAS_ACCOUNT]-(one:Person)
MATCH (:Consumer {consumer: $other})<-[:HAS_ACCOUNT]-(two:Person)
MATCH path = (one)-[:HEARS* ALL SHORTEST 1..6]-(two)
RETURN path
LIMIT 100
