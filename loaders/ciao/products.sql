-- A row is a rated product. 101 products have two categories: the one that most ratings name counts, and of two
-- named equally often the lower number. The é of "Café" was lost at the source.
WITH counted AS (
    SELECT item, category, count(*) AS ratings
    FROM ratings
    SEMI JOIN clean.reviews ON reviews.product = 'ciao:' || item
    GROUP BY item, category
),
chosen AS (
    SELECT item, arg_min(category, (-ratings, TRY_CAST(category AS INTEGER), category)) AS category
    FROM counted
    GROUP BY item
),
names AS (
    SELECT
        regexp_extract(line, '^(\S+)\s+(.+)$', 1) AS category,
        replace(regexp_extract(line, '^(\S+)\s+(.+)$', 2), 'Caf?', 'Café') AS name
    FROM category
)
SELECT item AS product, coalesce(any_value(names.name), chosen.category) AS category
FROM chosen
LEFT JOIN names USING (category)
GROUP BY item, chosen.category
