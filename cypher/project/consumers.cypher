// Every consumer, with what the platform says about her.
MATCH (c:Consumer)
WHERE c.consumer IS NOT NULL
RETURN c.consumer AS consumer, c.name AS name, c.platform AS platform, c.followers AS followers, c.kind AS kind
