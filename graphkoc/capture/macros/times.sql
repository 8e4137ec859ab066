-- Reads seconds since 1970 as a time; a number of twelve digits or more counts milliseconds.
CREATE MACRO _epoch(n) AS TRY(make_timestamp(n * if(n BETWEEN -99999999999 AND 99999999999, 1000000, 1000)));

-- Writes a Unix time as a time in UTC. What is not a number stays, so that the column's check rejects it by its text.
--   unix_time('1714557600') -> 2024-05-01 10:00:00
--   unix_time('1714557600000') -> 2024-05-01 10:00:00
--   unix_time('soon') -> soon
CREATE MACRO unix_time(t) AS coalesce(_epoch(TRY_CAST(t AS BIGINT))::VARCHAR, t);

-- Reads a time in UTC, null for what is none. A time that states its zone is moved to UTC.
--   to_time('2024-05-01T10:00:00+08:00') -> 2024-05-01 02:00:00
--   to_time('1.5.2024') -> 2024-05-01 00:00:00
--   to_time('2024年5月1日 18:05') -> 2024-05-01 18:05:00
--   to_time('soon') -> NULL
CREATE MACRO to_time(x) AS coalesce(
    TRY_CAST(trim(x::VARCHAR) AS TIMESTAMPTZ) AT TIME ZONE 'UTC',
    try_strptime(trim(x::VARCHAR), ['%d.%m.%Y', '%d.%m.%Y %H:%M', '%d.%m.%Y %H:%M:%S',
                                    '%Y年%m月%d日', '%Y年%m月%d日 %H:%M', '%Y年%m月%d日 %H:%M:%S']));

-- Adds the zone of a clock to a time that states none.
--   zoned('2024-05-20 18:12:00', '+08:00') -> 2024-05-20 18:12:00+08:00
--   zoned('2024-05-20T18:12:00Z', '+08:00') -> 2024-05-20T18:12:00Z
--   zoned('2024-05-20 18:12', NULL) -> 2024-05-20 18:12
CREATE MACRO zoned(t, zone) AS
    if(regexp_matches(trim(t), '^\d{4}[-/]\d{1,2}[-/]\d{1,2}[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$'), trim(t) || coalesce(zone, ''), t);
