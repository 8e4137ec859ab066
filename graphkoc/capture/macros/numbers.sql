-- Gives what a unit of counts stands for, 1 without a unit. A unit that is a thousand in one language and a million in
-- another (mil), or a billion in one and a thousand in another (B), is none.
CREATE MACRO _count_unit(unit) AS CASE
    WHEN unit = '' THEN 1
    WHEN rtrim(unit, '.') IN ('k', '千', '천', 'тыс', 'тис', 'tys', 'tsd', 'thousand', 'rb') THEN 1e3
    WHEN unit IN ('万', '萬', 'w', '만') THEN 1e4
    WHEN unit IN ('lakh', 'lakhs') THEN 1e5
    WHEN rtrim(unit, '.') IN ('m', 'mn', 'mln', 'mio', 'mi', 'million', 'millions', 'millionen', 'млн', 'jt') THEN 1e6
    WHEN unit IN ('crore', 'crores') THEN 1e7
    WHEN unit IN ('亿', '億', '억') THEN 1e8
    WHEN rtrim(unit, '.') IN ('bn', 'mrd', 'billion', 'billions', 'млрд') THEN 1e9 END;

-- Writes the number of a count with a decimal point alone; null where the marks leave open which number it is. A count
-- without a unit has no fraction, so that a lone point or comma before three digits separates thousands; with a unit
-- that is written beside small numbers alone (1,234K), it is open.
CREATE MACRO _count_number(n, unit) AS CASE
    WHEN regexp_full_match(n, '\d+(\.0{1,2})?') THEN n
    WHEN regexp_full_match(n, '\d{1,3}([''’ \x{a0}\x{202f}]\d{3})+') THEN regexp_replace(n, '\D', '', 'g')
    WHEN unit = '' AND regexp_full_match(n, '\d{1,3}((,\d{3})+|(\.\d{3})+)') THEN regexp_replace(n, '\D', '', 'g')
    WHEN unit = '' AND regexp_full_match(n, '\d{1,3}(,\d{3})+\.0{1,2}') THEN replace(n, ',', '')
    WHEN unit = '' THEN NULL
    WHEN regexp_full_match(n, '\d+\.\d+|\d+,\d{1,2}') THEN replace(n, ',', '.')
    WHEN _count_unit(unit) IN (1e4, 1e8) AND regexp_full_match(n, '\d{1,3}(,\d{3})+(\.\d+)?') THEN replace(n, ',', '')
    END;

-- Writes the digits of a count, abbreviated in any language. 99+ is 99, the least that it can be; what is not a count
-- stays.
--   to_count('2.3万') -> 23000
--   to_count('1.2w') -> 12000
--   to_count('12,5K') -> 12500
--   to_count('1.2M') -> 1200000
--   to_count('1,2 тыс') -> 1200
--   to_count('99+') -> 99
--   to_count('1,024') -> 1024
--   to_count('1 234') -> 1234
--   to_count('1.000') -> 1000
--   to_count('4.5') -> 4.5
--   to_count('1,234K') -> 1,234K
--   to_count('many') -> many
CREATE MACRO to_count(x) AS coalesce(
    list_transform(
        [regexp_extract(
            lower(x),
            '^[\s\x{a0}]*[>~≈≥约]?\s*(\d[\d.,''’ \x{a0}\x{202f}]*?)[\s\x{a0}\x{202f}]*([\pL.]*)\s*\+?\s*$',
            ['n', 'unit']
        )],
        lambda c: TRY(CAST(round(CAST(_count_number(c.n, c.unit) AS DOUBLE) * _count_unit(c.unit)) AS BIGINT))::VARCHAR
    )[1],
    x);

-- Reads a number, null for what is none. A comma is the decimal point where it cannot separate thousands.
--   to_number('4.5') -> 4.5
--   to_number('4,5') -> 4.5
--   to_number('1,024') -> NULL
CREATE MACRO to_number(x) AS coalesce(
    TRY_CAST(x AS DOUBLE),
    if(regexp_full_match(trim(x::VARCHAR), '[+-]?(0,\d+|\d+,(\d{1,2}|\d{4,}))'),
       TRY_CAST(replace(x::VARCHAR, ',', '.') AS DOUBLE), NULL));

-- Reads a whole number, null for what is none.
--   to_whole('4.0') -> 4
--   to_whole('4.5') -> NULL
CREATE MACRO to_whole(x) AS if(to_number(x) = floor(to_number(x)), TRY_CAST(x AS BIGINT), NULL);

-- Writes a number without marks between thousands and with a decimal point, where `mark` says which of . and , is the
-- decimal mark. What has none of them stays.
--   pointed('3.000', ',') -> 3000
--   pointed('3.001,50 €', ',') -> 3001.50 €
--   pointed('1,234', '.') -> 1234
--   pointed('3.000', NULL) -> 3.000
CREATE MACRO pointed(x, mark) AS CASE mark
    WHEN ',' THEN replace(replace(x, '.', ''), ',', '.') WHEN '.' THEN replace(x, ',', '') ELSE x END;
