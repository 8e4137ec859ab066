// All linked accounts
// Every linked account, and the person that it belongs to.
MATCH (c:Consumer)-[:BELONGS_TO]->(p:Person)
WHERE c.consumer IS NOT NULL AND p.person IS NOT NULL
RETURN c.consumer AS account, p.person AS person
