-- A row is somebody in the follow plugin's list of another's followers, or of those whom another follows.
SELECT lower(username) AS follower, lower(whose) AS followee, _file, _row
FROM followers
UNION ALL
SELECT lower(whose), lower(username), _file, _row
FROM following
