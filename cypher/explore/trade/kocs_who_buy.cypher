// KOCs who are clients, with orders and codes
// The published run: key opinion consumers who bought from us, by rank; a row for each discount code that they used.
// @param limit integer = 50  how many rows
// :param limit => 50
MATCH (p:Person)
WHERE p.rank >= 1 AND p.client = 'yes'
OPTIONAL MATCH (p)-[:HAS_ACCOUNT]->(:Consumer)-[b:PURCHASED]->(:Product)
WHERE b.code IS NOT NULL
RETURN p.rank AS place, p.consumer AS consumer, p.name AS name, p.client_orders AS orders, b.code AS code,
       count(DISTINCT b.`order`) AS with_code
ORDER BY place, code
LIMIT $limit
