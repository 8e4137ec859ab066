// What became of circles and niches
// The published run: how circles and niches changed since the run that it continues.
MATCH (event:Event)
OPTIONAL MATCH (event)-[happened_to:HAPPENED_TO]->(of)
RETURN event, happened_to, of
ORDER BY event.kind, event.group_id, event.event
LIMIT 100
