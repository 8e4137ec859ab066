-- A row is a person who rated something, trusts another or is trusted.
SELECT consumer, 'filmtrust' AS platform FROM clean.reviews
UNION
SELECT follower, 'filmtrust' FROM clean.follows
UNION
SELECT followee, 'filmtrust' FROM clean.follows
