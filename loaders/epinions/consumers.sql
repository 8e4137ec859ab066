-- A row is a person who rated something, trusts another or is trusted.
SELECT consumer, 'epinions' AS platform FROM clean.reviews
UNION
SELECT follower, 'epinions' FROM clean.follows
UNION
SELECT followee, 'epinions' FROM clean.follows
