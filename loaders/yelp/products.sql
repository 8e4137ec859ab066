-- A row is a business. Its categories have no order, so the one that most businesses share counts.
WITH listed AS (
    SELECT
        *,
        -- A text with commas, in the files of before 2018 a list.
        coalesce(TRY(from_json(TRY_CAST(categories AS JSON), '["VARCHAR"]')), string_split(categories, ',')) AS shelves
    FROM businesses
),
shelved AS (
    SELECT business_id, trim(unnest(shelves)) AS category FROM listed
),
counted AS (
    SELECT category, count(DISTINCT business_id) AS businesses FROM shelved WHERE category <> '' GROUP BY category
),
chosen AS (
    SELECT shelved.business_id, arg_min(shelved.category, (-businesses, shelved.category)) AS category
    FROM shelved
    JOIN counted ON counted.category = shelved.category
    GROUP BY shelved.business_id
)
SELECT businesses.business_id AS product, name AS title, chosen.category, _file, _row
FROM businesses
LEFT JOIN chosen ON chosen.business_id = businesses.business_id
