-- A row is a review. A member of the Vine programme was given the product; else the words of the review decide its
-- origin, and without such words a verified purchase proves that it is earned.
WITH all_reviews AS (
    SELECT
        upper(review_id) AS review,
        customer_id AS consumer,
        upper(product_id) AS product,
        star_rating AS rating,
        review_headline AS title,
        review_body AS "text",
        -- A spreadsheet that opened the file wrote its dates as they do in the US.
        coalesce(try_strptime(review_date, '%m/%d/%Y')::VARCHAR, review_date) AS created_at,
        helpful_votes AS helpful,
        NULL AS media,
        CASE upper(verified_purchase) WHEN 'Y' THEN '1' WHEN 'N' THEN '0' ELSE verified_purchase END AS verified,
        upper(vine) = 'Y' AS vine,
        _file,
        _row
    FROM customer_reviews
    UNION ALL
    SELECT
        made_id(
            'amazon',
            coalesce(reviewerID, user_id),
            coalesce(asin, parent_asin),
            unix_time(coalesce(unixReviewTime, "timestamp")),
            concat_ws(chr(31), coalesce(overall, rating), coalesce(summary, title), coalesce(reviewText, "text"))
        ),
        coalesce(reviewerID, user_id),
        coalesce(parent_asin, asin),
        coalesce(overall, rating),
        coalesce(summary, title),
        coalesce(reviewText, "text"),
        unix_time(coalesce(unixReviewTime, "timestamp")),
        coalesce(vote, helpful_vote, TRY_CAST(helpful AS JSON) ->> 0),
        -- The files of 2014 have no pictures; those of 2018 omit the field where there are none.
        CASE
            WHEN coalesce(verified, verified_purchase) IS NOT NULL
            THEN coalesce(json_array_length(TRY_CAST(coalesce(image, images) AS JSON)), 0)
        END,
        coalesce(verified, verified_purchase),
        false,
        _file,
        _row
    FROM posts
),
-- Texts are HTML in these files.
worded AS (
    SELECT
        * REPLACE (
            CASE WHEN regexp_matches(title, '[<&]') THEN plain_text(title) ELSE title END AS title,
            CASE WHEN regexp_matches("text", '[<&]') THEN plain_text("text") ELSE "text" END AS "text"
        )
    FROM all_reviews
)
SELECT
    * EXCLUDE (vine) REPLACE (to_count(helpful) AS helpful),
    origin_of(if(vine, 'gifted', disclosed(NULL, title, "text")), coalesce(verified IN ('1', 'true'), false)) AS origin
FROM worded
