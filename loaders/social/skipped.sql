-- A row is what a scraper writes where it got nothing.
SELECT _file, _row, 'the scraper got nothing' AS reason
FROM listed
WHERE coalesce(id_of(handle), id_of(number), profile, entry) IS NULL
UNION ALL
SELECT _file, _row, 'the scraper got nothing'
FROM posts
WHERE account_id(platform, number, handle, profile) IS NULL AND coalesce(bare(title), bare("text")) IS NULL
