-- A row is a product that was ordered.
SELECT
    coalesce(bare(sku), bare(product)) AS product,
    min(bare(product)) AS title,
    min(bare(brand)) AS brand,
    min(bare(category)) AS category,
    median(TRY_CAST(to_amount(price) AS DOUBLE)) AS price
FROM orders
WHERE coalesce(bare(sku), bare(product)) IS NOT NULL
GROUP BY 1
