// Which accounts are one person.
// @table identities: account = account, person = person
MATCH (c:Consumer)-[:BELONGS_TO]->(p:Person)
RETURN c.consumer AS account, p.person AS person
