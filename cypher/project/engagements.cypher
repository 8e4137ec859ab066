// All engagements
// Every engagement: the consumer, the review, the kind of reaction, and when.
MATCH (c:Consumer)-[e:ENGAGED]->(r:Review)
WHERE c.consumer IS NOT NULL AND r.review IS NOT NULL
RETURN e.engagement AS engagement, c.consumer AS consumer, r.review AS review, e.kind AS kind,
       e.created_at AS created_at
