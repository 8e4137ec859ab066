-- A row is a person who has a row in the file of people, wrote a review, or is a friend of such a person.
SELECT
    user_id AS consumer,
    name,
    'yelp' AS platform,
    fans AS followers,
    'person' AS kind,
    -- A day, in the files of before 2018 a month.
    if(yelping_since SIMILAR TO '\d{4}-\d{2}', yelping_since || '-01', yelping_since) AS joined_at,
    'https://www.yelp.com/user_details?userid=' || user_id AS url,
    _file,
    _row
FROM users
UNION ALL
SELECT others.consumer, NULL, 'yelp', NULL, 'person', NULL, NULL, NULL, NULL
FROM (
    SELECT consumer FROM clean.reviews
    UNION
    SELECT follower FROM clean.follows
    UNION
    SELECT followee FROM clean.follows
) AS others
ANTI JOIN users ON others.consumer = 'yelp:' || users.user_id
