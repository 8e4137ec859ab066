// Every consumer, with what the platform says about her, and the price that she asks.
// @table consumers: consumer = consumer, name = name, platform = platform, followers = followers, kind = kind, joined_at = joined_at, quote = quote
MATCH (c:Consumer)
WHERE c.consumer IS NOT NULL
RETURN c.consumer AS consumer, c.name AS name, c.platform AS platform, c.followers AS followers, c.kind AS kind,
       c.joined_at AS joined_at, c.quote AS quote
