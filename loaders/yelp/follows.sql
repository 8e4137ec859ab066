-- A row is one direction of a friendship. Friendship has no direction, so it becomes two follows.
WITH listed AS (
    SELECT
        user_id,
        -- A text with commas, in the files of before 2018 a list; "None" where there is nobody.
        unnest(string_split(translate(friends, '[]" ', ''), ',')) AS friend
    FROM users
),
friends AS (
    SELECT user_id, friend FROM listed WHERE friend NOT IN ('', 'None', user_id)
)
SELECT user_id AS follower, friend AS followee FROM friends
UNION
SELECT friend, user_id FROM friends
