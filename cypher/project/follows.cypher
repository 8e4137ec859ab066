// All ties of influence
// Every tie of influence: an edge from the account that is followed to the account that follows.
// The store says (follower)-[:FOLLOWS]->(followee); this is the one place that turns the arrow around.
MATCH (follower:Consumer)-[f:FOLLOWS]->(followee:Consumer)
WHERE follower.consumer IS NOT NULL AND followee.consumer IS NOT NULL
RETURN followee.consumer AS source, follower.consumer AS target, 1.0 AS weight, f.since AS since
