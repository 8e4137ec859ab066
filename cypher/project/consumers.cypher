// All consumers
// Every consumer, with the profile on the platform, the price asked for a post, the consent, the agency, the stated
// audience, the location and the median reads of a post.
MATCH (c:Consumer)
WHERE c.consumer IS NOT NULL
RETURN c.consumer AS consumer, c.own_name AS name, c.platform AS platform, c.followers AS followers, c.kind AS kind,
       c.joined_at AS joined_at, c.quote AS quote, c.handle AS handle, c.url AS url,
       c.consent AS consent, c.agency AS agency, c.audience_stated AS audience_stated,
       c.location AS location, c.reads AS reads
