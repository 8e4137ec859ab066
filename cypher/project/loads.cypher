// Every load: where from, when, and what became of each file's rows.
MATCH (l:Load)
WHERE l.load IS NOT NULL
RETURN l.load AS load, l.source AS source, l.loaded_at AS loaded_at, l.files AS files
ORDER BY loaded_at, load
