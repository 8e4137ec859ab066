-- Takes a count apart: part 1 is its number, part 2 its unit (万, k, 亿).
CREATE MACRO _count_part(x, part) AS regexp_extract(
    x, '^\s*(\d+(?:,\d{3})*(?:\.\d+)?)\s*([万萬wW千kK亿億]?)\s*\+?\s*$', part);

-- Writes the digits of an abbreviated count. 99+ is 99, the least that it can be; what is not a count stays.
--   to_count('2.3万') -> 23000
--   to_count('1.2w') -> 12000
--   to_count('99+') -> 99
--   to_count('1,024') -> 1024
--   to_count('many') -> many
CREATE MACRO to_count(x) AS coalesce(
    TRY(CAST(round(CAST(replace(_count_part(x, 1), ',', '') AS DOUBLE) * CASE _count_part(x, 2)
        WHEN '' THEN 1 WHEN '千' THEN 1e3 WHEN 'k' THEN 1e3 WHEN 'K' THEN 1e3
        WHEN '亿' THEN 1e8 WHEN '億' THEN 1e8 ELSE 1e4 END) AS BIGINT))::VARCHAR, x);

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
