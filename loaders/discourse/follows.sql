-- A row is an account in the follow plugin's list of a person's followers, or of the accounts that the person follows.
SELECT lower(username) AS follower, lower(whose) AS followee, _file, _row
FROM followers
UNION ALL
SELECT lower(whose), lower(username), _file, _row
FROM following
