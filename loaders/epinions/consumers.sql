-- A row is somebody who rated something, trusts somebody or is trusted.
SELECT consumer, 'epinions' AS platform FROM clean.reviews
UNION
SELECT follower, 'epinions' FROM clean.follows
UNION
SELECT followee, 'epinions' FROM clean.follows
