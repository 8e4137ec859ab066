-- A row is a person who trusts, and therefore follows, another. A header that names both columns decides which is
-- which. Where either order is possible, the trustee is the column in which a single number is most frequent.
WITH network_ends AS (
    SELECT _file, who, count(*) FILTER (is_one) AS as_one, count(*) FILTER (NOT is_one) AS as_other
    FROM (SELECT _file, one AS who, true AS is_one FROM network UNION ALL SELECT _file, other, false FROM network)
    GROUP BY _file, who
),
turned AS (
    SELECT _file, max(as_one) > max(as_other) AS turned FROM network_ends GROUP BY _file
),
cells AS (
    SELECT [truster, trustee, tie, "date"] AS cells, string_split(lower(header), ' ') AS names, _file, _row FROM trust
),
named AS (
    SELECT
        *,
        list_position(list_transform(names, lambda name: regexp_matches(name, 'truster|trustor|source|from|my_')), true)
            AS truster_,
        list_position(list_transform(names, lambda name: regexp_matches(name, 'trustee|target|^to|other')), true)
            AS trustee_,
        list_position(list_transform(names, lambda name: regexp_matches(name, 'value|sign|weight|tie')), true) AS tie_,
        list_position(list_transform(names, lambda name: regexp_matches(name, 'time|date|creation')), true) AS date_,
        coalesce(truster_ * trustee_ > 0, false) AS is_named
    FROM cells
),
ties AS (
    SELECT
        cells[if(is_named, truster_, 1)] AS truster,
        cells[if(is_named, trustee_, 2)] AS trustee,
        cells[if(is_named, tie_, 3)] AS tie,
        cells[if(is_named, date_, 4)] AS day,
        _file,
        _row
    FROM named
    UNION ALL
    SELECT if(turned, other, one), if(turned, one, other), NULL, NULL, network._file, _row
    FROM network
    JOIN turned ON turned._file = network._file
)
SELECT
    coalesce(to_whole(truster)::VARCHAR, truster) AS follower,
    coalesce(to_whole(trustee)::VARCHAR, trustee) AS followee,
    unix_time(coalesce(to_whole(day)::VARCHAR, day)) AS since,
    _file,
    _row
FROM ties
WHERE coalesce(to_number(tie), 1) > 0
