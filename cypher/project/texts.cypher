// All texts
// The text of every review.
MATCH (r:Review)
WHERE r.review IS NOT NULL
RETURN r.review AS review, r.title AS title, r.text AS text, r.tags AS tags
