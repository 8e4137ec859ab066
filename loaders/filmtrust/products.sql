-- A row is a film that somebody rated.
SELECT DISTINCT product FROM clean.reviews
