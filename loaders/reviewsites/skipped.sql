-- A row is a review that the shop has not published: spam, hidden, or not yet looked at.
SELECT _file, _row, 'not published' AS reason
FROM posted
WHERE NOT is_published(status)
