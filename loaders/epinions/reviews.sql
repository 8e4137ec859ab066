-- A row is one person's rating of one item; of several on a day the lowest counts. The header names the columns; where it does not, their number and their
-- contents decide which is which.
WITH cells AS (
    SELECT
        *,
        list_filter([ratings."user", item, third, fourth, fifth, sixth], lambda cell: cell IS NOT NULL) AS cells,
        string_split(lower(header), ' ') AS names
    FROM ratings
),
widths AS (
    SELECT _file, len(cells) AS width
    FROM cells
    GROUP BY _file, len(cells)
    QUALIFY row_number() OVER (PARTITION BY _file ORDER BY count(*) DESC, width DESC) = 1
),
-- Whether the last column is a time, and whether the third is a category (which exceeds 5) or the rating itself.
guesses AS (
    SELECT
        cells._file,
        width,
        any_value(names) AS names,
        width > 3 AND (width = 6 OR avg(if(
            cells[width] SIMILAR TO '\d{4}\D.*' OR TRY_CAST(cells[width] AS DOUBLE) > 1e8, 1, 0
        )) > 0.5) AS timed,
        width - timed::INTEGER = 5
            OR (width - timed::INTEGER = 4 AND quantile_disc(TRY_CAST(cells[3] AS DOUBLE), 0.99) > 5) AS shelved
    FROM cells
    JOIN widths ON widths._file = cells._file AND widths.width = len(cells.cells)
    GROUP BY cells._file, width
),
named AS (
    SELECT
        *,
        list_position(list_transform(names, lambda name: regexp_matches(name, 'user|member')), true) AS who_,
        list_position(list_transform(names, lambda name: regexp_matches(name, 'item|product|movie')), true) AS item_,
        list_position(list_transform(names, lambda name: regexp_matches(name, 'rating|score|star')), true) AS rating_,
        list_position(list_transform(names, lambda name: regexp_matches(name, 'categ|genre')), true) AS shelf_,
        list_position(list_transform(names, lambda name: regexp_matches(name, 'time|date')), true) AS time_,
        coalesce(who_ * item_ * rating_ > 0, false) AS is_named
    FROM guesses
),
places AS (
    SELECT
        _file,
        width,
        if(is_named, who_, 1) AS who_at,
        if(is_named, item_, 2) AS item_at,
        if(is_named, rating_, if(shelved, 4, 3)) AS rating_at,
        if(is_named, shelf_, if(shelved, 3, NULL)) AS shelf_at,
        if(is_named, time_, if(timed, width, NULL)) AS time_at
    FROM named
),
found AS (
    SELECT cells[who_at] AS who, cells[item_at] AS what, cells[rating_at] AS rating, cells[time_at] AS day, cells._file, _row
    FROM cells
    JOIN places ON places._file = cells._file AND places.width = len(cells.cells)
    UNION ALL
    SELECT films."user", item, rating, "date", _file, _row
    FROM films
),
-- What was a number in a matrix may be written 1.0000000e+00.
whole AS (
    SELECT
        coalesce(to_whole(who)::VARCHAR, who) AS consumer,
        coalesce(to_whole(what)::VARCHAR, what) AS product,
        rating,
        unix_time(coalesce(to_whole(day)::VARCHAR, day)) AS created_at,
        _file,
        _row
    FROM found
)
SELECT
    concat_ws('-', consumer, product, left(created_at, 10)) AS review,
    consumer,
    product,
    first_value(rating) OVER one AS rating,
    first_value(created_at) OVER one AS created_at,
    _file,
    _row
FROM whole
WINDOW one AS (
    PARTITION BY consumer, product, left(created_at, 10)
    ORDER BY
        coalesce(to_number(rating) NOT BETWEEN 0 AND 5, true),
        to_time(created_at) IS NULL,
        to_number(rating),
        created_at
)
