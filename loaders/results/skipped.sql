-- A row is a line that is no post and no product: a sum, or a remark above or below the table.
SELECT _file, _row, reason
FROM (
    SELECT
        _file,
        _row,
        line_fault(
            [link, post, person, number, handle, name, profile, title, direction, format],
            [
                links_of(bare(link))[1], post, impressions, reads, likes, collects, comments, shares, engagements, clicks, orders,
                revenue, cost, selling, boost
            ]
        ) AS reason
    FROM posted
    UNION ALL
    SELECT
        _file,
        _row,
        line_fault([product, title], [enrolled_at, offered, available, claimed, shipped, received, reviewed]) AS reason
    FROM units
)
WHERE reason IS NOT NULL
