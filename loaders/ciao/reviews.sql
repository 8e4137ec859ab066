-- A row is one person's rating of one product on one day. Of several on a day the lowest counts.
-- (`user` alone would be the database's user wherever the column is missing.)
SELECT
    ratings."user" || '-' || item || '-' || left(unix_time("timestamp"), 10) AS review,
    ratings."user" AS consumer,
    item AS product,
    first_value(rating) OVER one AS rating,
    first_value(unix_time("timestamp")) OVER one AS created_at,
    _file,
    _row
FROM ratings
WINDOW one AS (
    PARTITION BY ratings."user", item, left(unix_time("timestamp"), 10)
    ORDER BY
        coalesce(to_number(rating) NOT BETWEEN 0 AND 5, true),
        to_time(unix_time("timestamp")) IS NULL,
        to_number(rating),
        unix_time("timestamp")
)
