-- A row is a product that was ordered.
SELECT
    coalesce(bare(sku), bare(product)) AS product,
    min(bare(product)) AS title,
    min(bare(brand)) AS brand,
    min(bare(category)) AS category,
    median(TRY_CAST(to_amount(price) AS DOUBLE)) AS price
FROM (
    SELECT * REPLACE (regexp_replace(item, if(packed IS NULL, '^$', '^\s*\d+\s*[×x]\s+'), '') AS product)
    FROM (
        SELECT *, unnest(if(packed IS NULL OR product IS NULL, [product], string_split(product, packed))) AS item
        FROM orders
    )
)
WHERE coalesce(bare(sku), bare(product)) IS NOT NULL
GROUP BY 1
