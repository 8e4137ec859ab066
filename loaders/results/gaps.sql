-- A row is a sheet whose own totals are not the sums of its rows. A total that is abbreviated may be off by its rounding.
WITH lines AS (
    SELECT
        [
            {'name': 'impressions', 'cell': to_count(stated(impressions)), 'given': impressions, 'cents': false},
            {'name': 'reads', 'cell': to_count(stated(reads)), 'given': reads, 'cents': false},
            {'name': 'likes', 'cell': to_count(stated(likes)), 'given': likes, 'cents': false},
            {'name': 'collects', 'cell': to_count(stated(collects)), 'given': collects, 'cents': false},
            {'name': 'comments', 'cell': to_count(stated(comments)), 'given': comments, 'cents': false},
            {'name': 'shares', 'cell': to_count(stated(shares)), 'given': shares, 'cents': false},
            {'name': 'engagements', 'cell': to_count(stated(engagements)), 'given': engagements, 'cents': false},
            {'name': 'clicks', 'cell': to_count(stated(clicks)), 'given': clicks, 'cents': false},
            {'name': 'orders', 'cell': to_count(stated(orders)), 'given': orders, 'cents': false},
            {'name': 'revenue', 'cell': to_money(revenue), 'given': revenue, 'cents': true},
            {'name': 'cost', 'cell': to_money(cost), 'given': cost, 'cents': true},
            {'name': 'selling', 'cell': to_money(selling), 'given': selling, 'cents': true},
            {'name': 'boost', 'cell': to_money(boost), 'given': boost, 'cents': true}
        ] AS figures,
        line_fault(
            [link, post, person, number, handle, name, profile, title, direction, format],
            [
                links_of(bare(link))[1], post, impressions, reads, likes, collects, comments, shares, engagements, clicks, orders,
                revenue, cost, selling, boost
            ]
        ) AS fault,
        regexp_matches(
            lower(concat_ws(' ', link, post, person, number, handle, name, profile, title, direction, format)),
            '小\s?计|subtotal|平均|均值|average'
        ) AS is_part,
        _file,
        _row
    FROM posted
),
cells AS (
    SELECT fault, is_part, unnest(figures, recursive := true), _file, _row FROM lines WHERE fault IS DISTINCT FROM 'remark'
),
sums AS (
    SELECT _file, name, sum(TRY_CAST(cell AS DECIMAL(18, 2))) AS added FROM cells WHERE fault IS NULL GROUP BY _file, name
),
wrong AS (
    SELECT _file, _row, name, cents, TRY_CAST(cell AS DECIMAL(18, 2)) AS stated_sum, added
    FROM cells
    JOIN sums USING (_file, name)
    WHERE
        fault = 'total'
        AND NOT is_part
        AND abs(stated_sum - added) > if(regexp_matches(lower(given), '[万w千k]'), 0.05 * stated_sum, 0.005)
)
SELECT
    _file || ', row ' || _row || ': its totals are not the sums of the rows, and are left out: ' || string_agg(
        name || ' ' || format(if(cents, '{:,.2f}', '{:,.0f}'), stated_sum::DOUBLE)
            || ', added up ' || format(if(cents, '{:,.2f}', '{:,.0f}'), added::DOUBLE),
        '; ' ORDER BY name
    ) AS gap
FROM wrong
GROUP BY _file, _row
ORDER BY _file, _row
