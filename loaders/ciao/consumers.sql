-- A row is a member who rated something, trusts somebody or is trusted.
SELECT consumer, 'ciao' AS platform FROM clean.reviews
UNION
SELECT follower, 'ciao' FROM clean.follows
UNION
SELECT followee, 'ciao' FROM clean.follows
