// Every consumer, with what the platform says about her.
MATCH (c:Consumer)
RETURN c.consumer AS consumer, c.name AS name, c.platform AS platform, c.followers AS followers, c.kind AS kind
