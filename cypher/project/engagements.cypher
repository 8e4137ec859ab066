// Every engagement: who did what with which review, and when.
// @table engagements: engagement = engagement, consumer = consumer, review = review, kind = kind, created_at = created_at
MATCH (c:Consumer)-[e:ENGAGED]->(r:Review)
RETURN e.engagement AS engagement, c.consumer AS consumer, r.review AS review, e.kind AS kind,
       e.created_at AS created_at
