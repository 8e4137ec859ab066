// Every review's own words.
// @table reviews: review = review, title = title, text = text, tags = tags
MATCH (:Consumer)-[:WROTE]->(r:Review)
RETURN r.review AS review, r.title AS title, r.text AS text, r.tags AS tags
