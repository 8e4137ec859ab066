// What became of circles and niches
// The newest analysis: how circles and niches changed since the previous one.
MATCH (e:Event)
RETURN e.kind AS kind, e.group_id AS group_id, e.happened AS happened, e.words AS words
ORDER BY kind, group_id, happened
