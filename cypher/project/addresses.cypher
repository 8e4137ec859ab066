// All addresses of reviews
// The address of every review that has one; read where there are posts for campaigns.
MATCH (r:Review)
WHERE r.review IS NOT NULL AND r.url IS NOT NULL
RETURN r.review AS review, r.url AS url
