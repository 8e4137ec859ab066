-- A row is somebody who rated something, trusts somebody or is trusted.
SELECT consumer, 'filmtrust' AS platform FROM clean.reviews
UNION
SELECT follower, 'filmtrust' FROM clean.follows
UNION
SELECT followee, 'filmtrust' FROM clean.follows
