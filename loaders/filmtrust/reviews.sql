-- A row is one person's rating of one film.
SELECT ratings."user" || '-' || item AS review, ratings."user" AS consumer, item AS product, rating, _file, _row
FROM ratings
