-- A row is a rated film.
SELECT DISTINCT product FROM clean.reviews
