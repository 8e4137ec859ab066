-- A row is a product on an order that was cancelled or closed.
SELECT _file, _row, 'cancelled order' AS reason
FROM (
    SELECT
        _file,
        _row,
        if(bare(status) IS NULL, bool_or(is_cancelled(bare(status))) OVER ordered, is_cancelled(bare(status)))
            -- What can be no time of an order cancels its own line alone.
            OR bare(cancelled_at) IS NOT NULL
            OR coalesce(bool_or(is_plausible(to_time(dated(bare(cancelled_at), times)))) OVER ordered, false) AS cancelled
    FROM orders
    WINDOW ordered AS (PARTITION BY _file, bare("order"))
)
WHERE cancelled
