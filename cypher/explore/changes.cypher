// The newest analysis: what became of circles and niches since the one before.
MATCH (e:Event)
RETURN e.kind AS kind, e.group_id AS group_id, e.happened AS happened, e.words AS words
ORDER BY kind, group_id, happened
