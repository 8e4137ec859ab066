-- A row is an account that wrote a review.
SELECT reviews.consumer, 'amazon' AS platform, min(plain_text(posts.reviewerName)) AS name
FROM (SELECT DISTINCT consumer FROM clean.reviews) AS reviews
LEFT JOIN posts ON reviews.consumer = 'amazon:' || posts.reviewerID
GROUP BY reviews.consumer
