// All loads
// Every load: the source, the time, and how many rows of each file were loaded or rejected.
MATCH (l:Load)
WHERE l.load IS NOT NULL
RETURN l.load AS load, l.source AS source, l.loaded_at AS loaded_at, l.files AS files
ORDER BY loaded_at, load
