-- Reads seconds since 1970 as a time; a number of twelve digits or more counts milliseconds.
CREATE MACRO _epoch(n) AS TRY(make_timestamp(n * if(n BETWEEN -99999999999 AND 99999999999, 1000000, 1000)));

-- Writes a Unix time as a time in UTC. What is not a number stays, so that the column's check rejects it by its text.
--   unix_time('1714557600') -> 2024-05-01 10:00:00
--   unix_time('1714557600000') -> 2024-05-01 10:00:00
--   unix_time('soon') -> soon
CREATE MACRO unix_time(t) AS coalesce(_epoch(TRY_CAST(t AS BIGINT))::VARCHAR, t);

-- Takes a day apart that is written with its year last, as 03/04/2024.
CREATE MACRO _day_parts(x) AS regexp_extract(
    trim(x), '^(\d{1,2})\s?([/.-])\s?(\d{1,2})\s?[/.-]\s?(\d{4}|\d{2})(\D.*)?$', ['a', 'mark', 'b', 'c', 'rest']);

-- Writes a day in ISO 8601.
CREATE MACRO _iso_day(y, m, d, rest) AS
    if(length(y) = 4, y, if(y >= '90', '19', '20') || lpad(y, 2, '0')) || '-' || lpad(m, 2, '0') || '-' || lpad(d, 2, '0')
    || rest;

-- Writes a time with its year first, where days ('dmy', 'mdy' or 'ymd') says which part of 03/04/2024 is which; with
-- points between, the day comes first everywhere. Other times stay.
--   dated('31/12/2025', 'dmy') -> 2025-12-31
--   dated('03/04/2024 10:30', 'mdy') -> 2024-03-04 10:30
--   dated('01.02.24', NULL) -> 2024-02-01
--   dated('24-02-01', 'ymd') -> 2024-02-01
--   dated('2024-05-01', 'mdy') -> 2024-05-01
-- A lambda names what is used several times: DuckDB copies each argument of a macro to each place of its use.
CREATE MACRO dated(x, days) AS list_transform([_day_parts(x)], lambda day: CASE
    WHEN day.a = '' THEN x
    WHEN day.mark = '.' OR days = 'dmy' THEN _iso_day(day.c, day.b, day.a, day.rest)
    WHEN days = 'mdy' THEN _iso_day(day.c, day.a, day.b, day.rest)
    WHEN days = 'ymd' THEN _iso_day(day.a, day.b, day.c, day.rest)
    ELSE x END)[1];

-- Reads a time in UTC, null for what is none. A time that states its zone is moved to UTC.
--   to_time('2024-05-01T10:00:00+08:00') -> 2024-05-01 02:00:00
--   to_time('2024-05-01 10:00:00 +0800') -> 2024-05-01 02:00:00
--   to_time('1.5.2024') -> 2024-05-01 00:00:00
--   to_time('01.02.24') -> 2024-02-01 00:00:00
--   to_time('Nov 3, 2026') -> 2026-11-03 00:00:00
--   to_time('2024-05-01 10:00:00 PM') -> 2024-05-01 22:00:00
--   to_time('Sun Jun 30 18:05:00 +0800 2024') -> 2024-06-30 10:05:00
--   to_time('2024年5月1日 18:05') -> 2024-05-01 18:05:00
--   to_time('soon') -> NULL
CREATE MACRO to_time(x) AS coalesce(
    TRY_CAST(trim(x::VARCHAR) AS TIMESTAMPTZ) AT TIME ZONE 'UTC',
    TRY_CAST(regexp_replace(trim(x::VARCHAR), '(:\d\d(?:\.\d+)?)\s*(?:UTC)?\s*([+-]\d\d):?(\d\d)$', '\1\2:\3')
        AS TIMESTAMPTZ) AT TIME ZONE 'UTC',
    try_strptime(dated(x::VARCHAR, NULL), ['%Y-%m-%d', '%Y-%m-%d %H:%M', '%Y-%m-%d %H:%M:%S', '%Y-%m-%d, %H:%M']),
    try_strptime(trim(x::VARCHAR), ['%Y年%m月%d日', '%Y年%m月%d日 %H:%M', '%Y年%m月%d日 %H:%M:%S',
        '%Y-%m-%d %I:%M %p', '%Y-%m-%d %I:%M:%S %p', '%b %d, %Y', '%B %d, %Y', '%d %b %Y', '%d %B %Y', '%d-%b-%Y',
        '%b %d, %Y %H:%M', '%d %b %Y %H:%M', '%b %d, %Y %I:%M %p', '%b %d, %Y, %I:%M:%S %p']),
    try_strptime(trim(x::VARCHAR), '%a %b %d %H:%M:%S %z %Y')::TIMESTAMPTZ AT TIME ZONE 'UTC');

-- Says whether a time can be one of the record, from 1990 to tomorrow: the same range as a column's check has
-- (`EARLIEST` in graphkoc/tables/schema.py, `find_faults` in graphkoc/capture/casts.py).
--   is_plausible(TIMESTAMP '1990-01-01') -> true
--   is_plausible(TIMESTAMP '1970-01-01') -> false
--   is_plausible(TIMESTAMP '2999-01-01') -> false
--   is_plausible(NULL::TIMESTAMP) -> NULL
CREATE MACRO is_plausible(moment) AS
    moment BETWEEN TIMESTAMP '1990-01-01' AND current_timestamp AT TIME ZONE 'UTC' + INTERVAL 1 DAY;

-- Gives the time by which the newest of several is found: what cannot be a time is older than every other.
--   sortable_time('2024-05-20 18:12:00') -> 2024-05-20 18:12:00
--   sortable_time('2999-01-01') -> 1970-01-01 00:00:00
--   sortable_time('soon') -> 1970-01-01 00:00:00
--   sortable_time(NULL) -> 1970-01-01 00:00:00
CREATE MACRO sortable_time(x) AS if(is_plausible(to_time(x)), to_time(x), TIMESTAMP '1970-01-01');

-- Adds the zone of a clock to a time that states none.
--   zoned('2024-05-20 18:12:00', '+08:00') -> 2024-05-20 18:12:00+08:00
--   zoned('2024-05-20T18:12:00Z', '+08:00') -> 2024-05-20T18:12:00Z
--   zoned('2024-05-20 18:12', NULL) -> 2024-05-20 18:12
CREATE MACRO zoned(t, zone) AS list_transform([trim(t)], lambda moment: moment || if(
    regexp_matches(moment, '^\d{4}[-/]\d{1,2}[-/]\d{1,2}[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$'), coalesce(zone, ''), ''))[1];

-- Writes the time at which a form was answered, which some state as 2025/04/01 3:04:05 PM GMT+2, so that it can be read.
--   form_time('2025/04/01 3:04:05 PM GMT+2') -> 2025-04-01 15:04:05+02:00
--   form_time('2025/4/1 15:04:05') -> 2025-04-01 15:04:05
--   form_time('2025-04-01') -> 2025-04-01
--   form_time('soon') -> soon
CREATE MACRO form_time(x) AS list_transform(
    [regexp_extract(x, '^(\d{4})/(\d{1,2})/(\d{1,2}) (\d{1,2}:\d{2}(?::\d{2})?) ?([AaPp][Mm])?(?: (?:GMT|UTC)([+-])?(\d{1,2})?(?::(\d{2}))?)?$',
        ['y', 'm', 'd', 'clock', 'half', 'sign', 'hours', 'minutes'])],
    lambda part: if(part.y = '', x, coalesce(try_strptime(
            concat(part.y, '-', part.m, '-', part.d, ' ', part.clock, if(part.half = '', '', ' ' || part.half)),
            ['%Y-%m-%d %H:%M:%S', '%Y-%m-%d %H:%M', '%Y-%m-%d %I:%M:%S %p', '%Y-%m-%d %I:%M %p'])::VARCHAR
        || if(part.sign = '', '', part.sign || lpad(part.hours, 2, '0') || ':' || if(part.minutes = '', '00', part.minutes)), x)))[1];
