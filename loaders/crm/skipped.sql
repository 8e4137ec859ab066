-- A row is a product on an order that was cancelled, closed or refunded.
SELECT _file, _row, 'cancelled order' AS reason
FROM (
    SELECT _file, _row, is_cancelled(coalesce(bare(status), max(bare(status)) OVER ordered))
            OR max(bare(cancelled_at)) OVER ordered IS NOT NULL AS cancelled
    FROM orders
    WINDOW ordered AS (PARTITION BY _file, bare("order"))
)
WHERE cancelled
