-- A row is a product that is tagged in a post.
WITH tagged AS (
    SELECT unnest(TRY(from_json(coalesce(
        node ->> '$.product_tags.in', node ->> '$.product_tags', node ->> '$.iphone_struct.product_tags.in'
    ), '["JSON"]'))) AS tag
    FROM (SELECT TRY_CAST(node AS JSON) AS node FROM nodes)
    UNION ALL
    SELECT unnest(TRY(from_json(coalesce(tags ->> '$.data', tags ->> '$'), '["JSON"]')))
    FROM (SELECT TRY_CAST(product_tags AS JSON) AS tags FROM media)
)
SELECT
    coalesce(tag ->> '$.product_id', tag ->> '$.product.product_id') AS product,
    min(coalesce(tag ->> '$.name', tag ->> '$.product.name')) AS title,
    min(tag ->> '$.product.merchant.username') AS brand
FROM tagged
WHERE coalesce(tag ->> '$.product_id', tag ->> '$.product.product_id') IS NOT NULL
GROUP BY 1
