// Who influences whom: an edge goes from the one who is followed to the one who follows.
// The store says (follower)-[:FOLLOWS]->(followee); this is the one place where the arrow turns round.
MATCH (follower:Consumer)-[f:FOLLOWS]->(followee:Consumer)
WHERE follower.consumer IS NOT NULL AND followee.consumer IS NOT NULL
RETURN followee.consumer AS source, follower.consumer AS target, 1.0 AS weight, f.since AS since
