"""The SQL that the SELECTs of loaders are written in, and that casts and checks what they give."""

from __future__ import annotations

from datetime import datetime

from graphkoc.capture import contacts
from graphkoc.tables.schema import EARLIEST, Column

__all__ = ["MACROS", "REFUSED", "harmless", "quoted", "value", "wrong"]

REFUSED = "refused: "
"""How the words begin of an error that a SELECT raises on purpose, by `refuse(words)`."""

MACROS = r"""
CREATE MACRO _epoch(n) AS TRY(make_timestamp(n * if(n BETWEEN -99999999999 AND 99999999999, 1000000, 1000)));
CREATE MACRO unix_time(t) AS coalesce(_epoch(TRY_CAST(t AS BIGINT))::VARCHAR, t);
CREATE MACRO _rounded(id) AS regexp_full_match(id, '(\w+:)?\d+([.,]\d+)?E\+\d+');
CREATE MACRO crawled_time(t) AS if(regexp_full_match(trim(t), '\d+([.,]\d+)?[eE]\+?\d+'), NULL, unix_time(t));
CREATE MACRO crawled_person(user_id, creator_hash) AS coalesce(creator_hash,
    if(_rounded(user_id), user_id, left(sha256(trim(nullif(user_id, 'None'))), 16)));
CREATE MACRO crawled_parent(comment_id) AS if(_rounded(comment_id), NULL, nullif(comment_id, '0'));
CREATE MACRO _count_part(x, part) AS regexp_extract(
    x, '^\s*(\d+(?:,\d{3})*(?:\.\d+)?)\s*([万萬wW千kK亿億]?)\s*\+?\s*$', part);
CREATE MACRO to_count(x) AS coalesce(
    TRY(CAST(round(CAST(replace(_count_part(x, 1), ',', '') AS DOUBLE) * CASE _count_part(x, 2)
        WHEN '' THEN 1 WHEN '千' THEN 1e3 WHEN 'k' THEN 1e3 WHEN 'K' THEN 1e3
        WHEN '亿' THEN 1e8 WHEN '億' THEN 1e8 ELSE 1e4 END) AS BIGINT))::VARCHAR, x);
CREATE MACRO to_time(x) AS coalesce(
    TRY_CAST(trim(x::VARCHAR) AS TIMESTAMPTZ) AT TIME ZONE 'UTC',
    try_strptime(trim(x::VARCHAR), ['%d.%m.%Y', '%d.%m.%Y %H:%M', '%d.%m.%Y %H:%M:%S',
                                    '%Y年%m月%d日', '%Y年%m月%d日 %H:%M', '%Y年%m月%d日 %H:%M:%S']));
CREATE MACRO to_number(x) AS coalesce(
    TRY_CAST(x AS DOUBLE),
    if(regexp_full_match(trim(x::VARCHAR), '[+-]?(0,\d+|\d+,(\d{1,2}|\d{4,}))'),
       TRY_CAST(replace(x::VARCHAR, ',', '.') AS DOUBLE), NULL));
CREATE MACRO to_whole(x) AS if(to_number(x) = floor(to_number(x)), TRY_CAST(x AS BIGINT), NULL);
CREATE MACRO prefixed(x, source) AS if(contains(x::VARCHAR, ':'), x::VARCHAR, source || ':' || x::VARCHAR);
CREATE MACRO _stamp(t) AS
    if(t = date_trunc('day', t), strftime(t, '%Y-%m-%d'), replace(strftime(t, '%Y-%m-%dT%H:%M:%S.%f'), '.000000', ''));
CREATE MACRO _part(x, source) AS coalesce(replace(replace(
    if(starts_with(x, source || ':'), substr(x, length(source) + 2), x), '~', '~0'), '/', '~1'), '');
CREATE MACRO made_id(source, who, what, t, content) AS
    source || ':' || _part(who, source) || '/' || _part(what, source) || '/'
    || coalesce(_stamp(to_time(t)), 'x' || left(md5(content), 16));
CREATE MACRO unmangled(x) AS coalesce(
    if(regexp_full_match(x, '[\x00-\x{ff}]*'), TRY(decode(unhex(array_to_string(list_transform(
        regexp_extract_all(x, '(?s).'), lambda letter: printf('%02x', unicode(letter))), '')))), NULL), x);
CREATE MACRO refuse(words) AS error('refused: ' || words);
"""
"""What the SELECTs of loaders and the casts are written in.

unix_time: seconds as a time, or milliseconds (from twelve digits on); what is no number stays, so that the
cast to a time rejects it by its words. crawled_time: the same, but null where a spreadsheet has made
1.74E+12 of it, which is off by up to 58 days. crawled_person: the id by which MediaCrawler knows an account
since July 2026, the beginning of a hash, also where a file is older and has the platform's own id.
crawled_parent: the comment that is answered; null for 0, and for what a spreadsheet has made 6.85E+23 of.
to_count: the digits of 2.3万, 1.2w, 99+ (the least that it can be) and 1,024; what is no count stays.
to_time: UTC; a time that states its zone is moved there. to_number takes a comma as the decimal point
where it cannot be one between thousands. made_id: an id out of who, what and when, or out of a hash of
the row's content where no time is known; a / in an id is escaped, so that no two different rows meet.
unmangled: text whose bytes in UTF-8 were written as letters, as Meta's exports do. refuse: an error that
ends the load with these words.
Beside these there are `masked` (`graphkoc.capture.masks`), `disclosed` and `origin_of`
(`graphkoc.capture.reading.disclosure`), `plain_text` of HTML (`graphkoc.capture.reading.html_text`), and what
spreadsheets need
(`graphkoc.capture.reading.shop`, `graphkoc.capture.contacts`).
"""

WORDS = {"integer": "a whole number", "number": "a number", "time": "a time"}


def value(column: Column, prefix: str) -> str:
    """The canonical value of what a SELECT gave under the column's name with an underscore before it; null if none."""
    given = quoted("_" + column.name)
    if column.kind == "id":
        return f"CASE WHEN trim({given}::VARCHAR) <> '' THEN prefixed({given}, '{prefix}') END"
    if column.kind == "time":
        return f"to_time({given})"
    if column.kind == "number":
        return f"to_number({given})"
    if column.kind == "integer" and column.high == 1:
        return f"coalesce(to_whole({given}), TRY_CAST(TRY_CAST({given}::VARCHAR AS BOOLEAN) AS BIGINT))"
    if column.kind == "integer":
        return f"to_whole({given})"
    if column.choices:
        return f"nullif(lower(trim({given}::VARCHAR)), '')"
    return f"masked({given}::VARCHAR)" if column.contacts == "masked" else f"{given}::VARCHAR"


def harmless(value: str, private: bool = False) -> str:
    """An expression's value as it may be shown: without contacts; if `private`, all that may be one is hidden whole."""
    if not private:
        return f"masked({value}::VARCHAR)"
    dates = r"\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}"
    left = f"regexp_replace({value}::VARCHAR, '{dates}', '', 'g')"
    return f"if(regexp_matches({left}, '{contacts.LIKELY}'), '{contacts.HIDDEN}', {value}::VARCHAR)"


def wrong(column: Column, latest: datetime, private: bool = False) -> str:
    """WHEN clauses that say what is wrong with a value, in words; `private` as in `harmless`."""
    given, found = quoted("_" + column.name), quoted(column.name)
    shown = f"'''' || left({harmless(given, private)}, 40) || ''''"
    blank = f"coalesce(trim({given}::VARCHAR), '') = ''"
    clauses = []
    if column.required:
        clauses.append(f"WHEN {found} IS NULL AND {blank} THEN 'no {column.name}'")
    if column.contacts == "refused":
        # Many an id is a number of eleven digits.
        text = f"{given}::VARCHAR"
        telling = f"(contains({text}, '@') OR contains({text}, '+')) AND " if column.kind == "id" else ""
        words = f"{column.name} is an e-mail address or a phone number, which are kept nowhere"
        clauses.append(f"WHEN {telling}masked({text}) <> {text} THEN '{words}'")
    if column.kind == "id":
        clauses.append(
            f"WHEN _rounded({given}::VARCHAR) THEN '{column.name} was rounded by a spreadsheet: ' || {shown}"
        )
    if column.kind in WORDS:
        clauses.append(
            f"WHEN {found} IS NULL AND NOT {blank} THEN '{column.name} is not {WORDS[column.kind]}: ' || {shown}"
        )
    if column.kind == "number":
        clauses.append(f"WHEN NOT isfinite({found}) THEN '{column.name} is not a number: ' || {shown}")
    if column.kind == "time":
        clauses.append(
            f"WHEN {found} < '{EARLIEST}' THEN '{column.name} ' || {found}::VARCHAR || ' is before {EARLIEST:%Y}'"
            f" WHEN {found} > '{latest}' THEN '{column.name} ' || {found}::VARCHAR || ' lies in the future'"
        )
    if column.low is not None:
        clauses.append(f"WHEN {found} < {column.low} THEN '{column.name} is below {column.low:g}: ' || {shown}")
    if column.high is not None:
        clauses.append(f"WHEN {found} > {column.high} THEN '{column.name} is above {column.high:g}: ' || {shown}")
    if column.choices:
        allowed = ", ".join(f"'{choice}'" for choice in column.choices)
        words = f"{column.name} is none of {', '.join(column.choices)}: "
        clauses.append(f"WHEN {found} NOT IN ({allowed}) THEN '{words}' || {shown}")
    return " ".join(clauses)


def quoted(name: str) -> str:
    """A name as SQL takes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'
