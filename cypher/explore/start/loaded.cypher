// What was loaded, and what was rejected
// Every load, the newest first: rows taken and rows rejected, and whether the run that is shown has read it.
MATCH (l:Load)
OPTIONAL MATCH (r:Run {shown: 'yes'})-[:READ]->(l)
RETURN l.loaded_at AS loaded_at, l.source AS source, l.rows AS rows, l.rejected AS rejected,
       CASE WHEN r.run IS NULL THEN 'no' ELSE 'yes' END AS read, l.load AS load
ORDER BY loaded_at DESC, load
