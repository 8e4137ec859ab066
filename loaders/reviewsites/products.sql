-- A row is a product that was reviewed.
SELECT
    coalesce(id_of(product), id_of(handle), bare(product_title)) AS product,
    coalesce(min(bare(product_title)), min(replace(bare(handle), '-', ' '))) AS title,
    NULL::VARCHAR AS _file,
    NULL::BIGINT AS _row
FROM posted
WHERE coalesce(id_of(product), id_of(handle), bare(product_title)) IS NOT NULL AND is_published(status)
GROUP BY 1
