// Whom only this person reaches
// The published run: people who hear this person and nobody else with a role.
// @param consumer string  one of the person's accounts, as source:id
// :param consumer => 'ciao:212'
MATCH (:Consumer {consumer: $consumer})<-[:HAS_ACCOUNT]-(person:Person)
MATCH (person)<-[hears:HEARS]-(listener:Person)
WHERE NOT EXISTS {
    MATCH (listener)-[:HEARS]->(another)
    WHERE another.person <> person.person AND another.role IN ['koc', 'possible', 'kol', 'wide']
}
RETURN person, hears, listener
ORDER BY listener.person
LIMIT 100
