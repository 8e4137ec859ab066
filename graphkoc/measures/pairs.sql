-- A row is a follow and a product that both of its ends reviewed, on different days.
SELECT edges.edge, followers.thing, followers.day AS target_day, followees.day AS source_day
FROM edges
JOIN firsts AS followers ON followers.person = edges.target
JOIN firsts AS followees ON followees.person = edges.source AND followees.thing = followers.thing
WHERE followers.day <> followees.day
ORDER BY edges.edge, followers.thing
