-- A row is one person's rating of one film; of several the lowest counts.
SELECT
    ratings."user" || '-' || item AS review,
    ratings."user" AS consumer,
    item AS product,
    first_value(rating) OVER (
        PARTITION BY ratings."user", item
        ORDER BY coalesce(to_number(rating) NOT BETWEEN 0 AND 5, true), to_number(rating)
    ) AS rating,
    _file,
    _row
FROM ratings
