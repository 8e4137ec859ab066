-- A row is one person's rating of one product on one day.
-- (`user` alone would be the database's user wherever the column is missing.)
SELECT
    ratings."user" || '-' || item || '-' || left(unix_time("timestamp"), 10) AS review,
    ratings."user" AS consumer,
    item AS product,
    rating,
    unix_time("timestamp") AS created_at,
    _file,
    _row
FROM ratings
