-- A row is a product that the metadata describe, or one that a TSV names beside a review. Metadata of the newest
-- year come before older ones and before the names in reviews, of which the most frequent counts.
WITH described AS (
    SELECT
        upper(coalesce(parent_asin, asin)) AS product,
        CASE WHEN parent_asin IS NOT NULL THEN 2023 WHEN main_cat IS NOT NULL OR category IS NOT NULL THEN 2018
             ELSE 2014 END AS since,
        plain_text(title) AS title,
        coalesce(store, brand) AS brand,
        -- Shelves from the widest to the narrowest; in 2014 a list of such lists. All products of a file share the
        -- first shelf, so the second is more informative.
        coalesce(
            shelves ->> '$[0][1]', shelves ->> '$[0][0]', shelves ->> '$[1]', shelves ->> '$[0]', main_category, main_cat
        ) AS category,
        replace(nullif(regexp_extract(price, '^\s*\$?\s*(\d[\d,]*(?:\.\d+)?)\s*$', 1), ''), ',', '') AS price,
        _file,
        _row
    FROM (SELECT *, TRY_CAST(coalesce(categories, category) AS JSON) AS shelves FROM metadata)
),
named AS (
    SELECT
        upper(product_id) AS product,
        product_title AS title,
        product_category AS category,
        count(*) AS reviews
    FROM customer_reviews
    SEMI JOIN clean.reviews ON reviews.review = 'amazon:' || upper(review_id)
    GROUP BY ALL
),
merged AS (
    SELECT
        product,
        first(title ORDER BY since DESC, reviews DESC, title) FILTER (title IS NOT NULL) AS title,
        first(brand ORDER BY since DESC, brand) FILTER (brand IS NOT NULL) AS brand,
        first(category ORDER BY since DESC, reviews DESC, category) FILTER (category IS NOT NULL) AS category,
        first(price ORDER BY since DESC, price) FILTER (price IS NOT NULL) AS price
    FROM (
        SELECT product, since, title, brand, category, price, 0 AS reviews FROM described
        UNION ALL
        SELECT product, 0, plain_text(title), NULL, category, NULL, reviews FROM named
    )
    GROUP BY product
)
SELECT merged.*, _file, _row
FROM described
JOIN merged ON merged.product = described.product
UNION ALL
SELECT *, NULL, NULL
FROM merged
ANTI JOIN described ON described.product = merged.product
