"""E-mail addresses and phone numbers: recognised in cells and in texts, and never stored as they are.

A cell that holds contacts becomes keys, by which two accounts of one person are recognised. A key is HMAC-SHA256
(RFC 2104) of the normalised contact, so that nobody can try out all phone numbers without the secret. The secret
stays apart from the store: in GRAPHKOC_KEY, or in a file.

In what people write (bios, reviews, comments, links) no column states that there is a contact: `masked` recognises it
by its shape and puts MAIL or PHONE in its place. What has another shape stays: a handle (@anna), a price, a date, a
barcode, an order number. A number is a phone number where it begins with +, is a mobile number of China, has the
brackets or dashes of North America, or follows a word such as Tel.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path

import phonenumbers

from graphkoc.errors import DataError, UsageError
from graphkoc.files import translate_errors

__all__ = [
    "HIDDEN",
    "MAIL",
    "MAYBE",
    "PHONE",
    "email",
    "find_key",
    "fingerprint",
    "keys",
    "macros",
    "masked",
    "new_key",
    "phone",
    "redacted",
]

MAIL, PHONE = "[@]", "[☎]"
"""Without a letter, so that they are never counted as words."""
HIDDEN = "(hidden)"
"""Stands for a whole value that may contain a contact, in a file that holds contacts."""
MAYBE = r"[@＠]|(?:\d[\s().-]*){7}"
"""Matches whatever may be a contact or a part of one (RE2), once dates are taken away."""

# The patterns below mean the same to RE2 and, with re.ASCII, to Python: no look-around, and \b and \d know ASCII alone.
# What may not stand before a contact is captured with it, as a group that is put back.
LETTER = "0-9A-Za-zÀ-ʯͰ-ӿ０-９Ａ-Ｚａ-ｚ"
"""Alphabets alone: Chinese is written without spaces, so that its words run up to an address."""
BEFORE = rf"(^|[^{LETTER}@＠._%+-])"
LOCAL = rf"[{LETTER}._%+-]+"
AT = r"(?:[@＠]|%40| ?[\[({] ?(?i:at) ?[\])}] ?)"
DOT = r"(?:[.．]| ?[\[({] ?(?i:dot) ?[\])}] ?)"
HOST = rf"(?:[{LETTER}-]+{DOT})+"
KNOWN = r"(?:[A-Za-z]{2}|(?i:com|net|org|info|edu|gov|biz|name|mobi))\b"
OFTEN = r" ?[@＠] ?(?i:gmail|googlemail|hotmail|outlook|yahoo|icloud|foxmail|qq|163|126|gmx|web)\.[A-Za-z]{2,3}\b"
OTHER = r"(?:[A-Za-zÀ-ʯͰ-ӿａ-ｚ]{2,}|xn--[0-9a-z-]+)"
PLATFORM = r"(?i:instagram|insta|ins|ig|tiktok|youtube|yt|twitter|weibo|wb|xhs|rednote|douyin|bilibili|forum)"
HELD = "\ue000"
"""Stands for the @ of a handle meanwhile."""

FIRST = r"(^|[^0-9０-９A-Za-z=&?%#_/.+*-]|[^0-9０-９A-Za-z=&?%#_/.+*-][./-])"
"""Excludes a number in a link, a fraction, and the end of a code or of a longer number."""
DIGIT = "(?:[()]{0,2}[ \xa0./‐-–-]?[()]{0,2}\\d)"
CHINA = r"(?:[(（]?(?:[+＋]|00)?86[)）]?[ -]{0,2})?1[3-9]\d[ .-]?\d{4}[ .-]?\d{4}\b|１[３-９][０-９]{9}"
AMERICA = r"(?:\([2-9]\d\d\) ?[2-9]\d\d[ .-]|[2-9]\d\d-[2-9]\d\d-|[2-9]\d\d\.[2-9]\d\d\.)\d{4}\b"
TO_AMERICA = r"(?:[+＋]|00)1[ .-]?\(?[2-9]\d\d\)?[ .-]?[2-9]\d\d[ .-]?\d{4}\b"
ABROAD = rf"(?:[+＋]\(?(?:7|[2-9]\d)|00[2-9]\d[ ().-]){DIGIT}{{6,13}}\b"
NUMBER = rf"(?:{CHINA}|{TO_AMERICA}|(?:1[ .-])?{AMERICA}|{ABROAD})"
LABEL = (
    r"(?:\b(?i:telephone|telefon|téléphone|tel|phone|mobile|mobil|handy|cell|sms|fax|whats ?app)"
    r"(?: ?(?i:no|nr|number))?"
    r"|(?:电话|電話|手机|手機|座机|座機|热线|熱線|联系方式|聯絡方式)(?:号码|號碼|号|號)?)"
)
LABELLED = rf"({LABEL}(?: ?[:：=] ?|\. ?| ?是 ?| is ))"
LINK = r"((?i:wa\.me/|\b(?:tel|sms|callto):(?://)?|[?&](?:phone|tel|mobile)=))"
GLUED = r"((?i:\b(?:tel|phone|mob|vx?|wx|wechat|weixin|whatsapp)[.:_]?))"
PARTS = r"[^@\s<>,;:\"'()/]+"
"""Of an address in a cell of its own: any alphabet."""
UNLISTED = r"(?:[+＋]\d|00[1-9]\d{0,2}[ (.-])[\d ().-]{6,}\d|00[1-9]\d{9,12}\b"
"""A number of any country, known or not."""

STEPS = (
    (rf"{BEFORE}{LOCAL}(?:(?:{AT}| @ ){HOST}{KNOWN}|{OFTEN})", rf"\1{MAIL}"),
    # ig@anna.brews is a platform and a handle: only its ending distinguishes it from an address.
    (rf"{BEFORE}({PLATFORM})@", rf"\1\2{HELD}"),
    (rf"{BEFORE}{LOCAL}{AT}{HOST}{OTHER}", rf"\1{MAIL}"),
    (HELD, "@"),
    (rf"{LINK}(?:\+|%2B)?\d[\d.-]{{6,18}}\b", rf"\1{PHONE}"),
    # After a label any number but a date of this century.
    (rf"{LABELLED}[+＋]?\(?(?:(?:[013-9]|2[1-9]){DIGIT}{{6,13}}|20{DIGIT}{{8,12}})\b", rf"\1{PHONE}"),
    (rf"{GLUED}1[3-9]\d{{9}}\b", rf"\1{PHONE}"),
    (rf"{FIRST}{NUMBER}(?:[ ,;/，；、／]{{1,3}}{NUMBER})*", rf"\1{PHONE}"),
)
"""Pattern and what takes its place, in what people write."""
CELL_STEPS = (
    *STEPS,
    (rf"(^|[@\s<>,;:\"'()/]){PARTS} ?[@＠] ?{PARTS}", rf"\1{MAIL}"),
    (rf"{FIRST}(?:{UNLISTED})", rf"\1{PHONE}"),
)
"""The same in a cell of a file that holds contacts, where ann@localhost is one as well."""
WORTH_MASKING = "[@＠]|%40|(?i:at) ?[)\\]}]|(?:[0-9０-９][ \xa0()./‐-–-]{0,4}){7}"
"""Most texts without a contact do not match this, and need none of the steps."""


def _compile(steps: tuple[tuple[str, str], ...]) -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(pattern, re.ASCII), mark) for pattern, mark in steps]


COMPILED, COMPILED_FOR_CELLS = _compile(STEPS), _compile(CELL_STEPS)

EMAIL = re.compile(rf"{PARTS}@{PARTS}\.{PARTS}")
BETWEEN = re.compile(r"[;,，、；|\n\t／]+|\s/\s")
WRITTEN = re.compile(r"\+?[\d\s()./-]+")
"""How numbers are written; one with a * in it is masked already."""
SHORTEST = 10**5
IN_CHINA = re.compile(r"(?:(?:\+|00)?86)?(1[3-9]\d{9})")
MOBILE = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
REMEMBERED = 1 << 18


def masked(text: str) -> str:
    """A text with MAIL and PHONE in place of each contact in it."""
    return _replace(text, COMPILED)


def redacted(cell: str) -> str:
    """A cell of a file that holds contacts, with MAIL and PHONE in place of whatever may be one."""
    return _replace(cell, COMPILED_FOR_CELLS)


def _replace(text: str, steps: list[tuple[re.Pattern[str], str]]) -> str:
    for pattern, mark in steps:
        text = pattern.sub(mark, text)
    return text


def macros() -> str:
    """SQL that defines `masked(x)` and `redacted(x)`, of the same patterns as the functions here."""
    return "\n".join([_define("masked", STEPS), _define("redacted", CELL_STEPS)])


def _define(name: str, steps: tuple[tuple[str, str], ...]) -> str:
    expression = "x"
    for pattern, mark in steps:
        quoted = pattern.replace("'", "''")
        expression = f"regexp_replace({expression}, '{quoted}', '{mark}', 'g')"
    return f"CREATE MACRO {name}(x) AS if(regexp_matches(x, '{WORTH_MASKING}'), {expression}, x);"


def email(text: str) -> str | None:
    """The address in small letters, without what surrounds it; None for what is not an address."""
    plain = unicodedata.normalize("NFKC", text).strip().strip("<>").casefold().removeprefix("mailto:").strip()
    return plain if EMAIL.fullmatch(plain) else None


def phone(text: str, country: str = "") -> str | None:
    """The number as E.164 writes it, +4930123456; None for what is not a number, or not a whole one.

    country: two letters (ISO 3166) for a number that does not begin with + or 00. A number that
    begins with its country's prefix and would be too long without it is taken as international: a spreadsheet has
    dropped its +. Without a country only mobile numbers of
    China (11 digits that begin with 13 to 19) are taken, because no others look like them.
    """
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix(".0")
    if not WRITTEN.fullmatch(plain):
        return None
    chinese = IN_CHINA.fullmatch(re.sub(r"[\s().-]", "", plain))
    try:
        number = _parse_number(re.sub(r"^00", "+", plain), country.strip().upper() or None)
    except phonenumbers.NumberParseException:
        return f"+86{chinese[1]}" if chinese else None
    if chinese and phonenumbers.number_type(number) not in MOBILE:
        return f"+86{chinese[1]}"
    if not phonenumbers.is_possible_number(number) or (number.national_number or 0) < SHORTEST:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _parse_number(plain: str, country: str | None) -> phonenumbers.PhoneNumber:
    """The number; one with its country's own prefix before it, and longer than a mobile number there, is international.

    Raises NumberParseException for what is not a number.
    """
    number = phonenumbers.parse(plain, country)
    longest = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE) if country else None
    digits = re.sub(r"\D", "", plain)
    if plain[0] in "+0" or not longest or len(digits) <= len(str(longest.national_number)):
        return number
    abroad = phonenumbers.parse(f"+{digits}") if digits.startswith(str(longest.country_code)) else number
    return abroad if phonenumbers.is_valid_number(abroad) else number


def keys(find_secret: Callable[[], bytes | None]) -> Callable[[str, str], str]:
    """The function that makes keys of a cell and its country: 64 hex digits a contact, with a space between.

    A cell may hold several contacts, separated by a comma, semicolon, bar or line break; addresses come before
    numbers. The result is "" for a cell without one. find_secret is called at the first contact; where it gives none,
    the function raises DataError.
    """
    find_once = cache(find_secret)

    @lru_cache(REMEMBERED)
    def hash_contacts(cell: str, country: str) -> str:
        parts = [part for part in BETWEEN.split(cell) if part.strip()]
        found = [email(part) for part in parts] + [phone(part, country) for part in parts]
        whole = [contact for contact in dict.fromkeys(found) if contact]
        secret = find_once() if whole else None
        if whole and secret is None:
            # DuckDB wraps this error; `graphkoc.capture.macros.REFUSED` marks where the message begins.
            raise DataError(
                "refused: the files contain e-mail addresses or phone numbers, and there is no key to hash them with: "
                "`graphkoc key new` makes one"
            )
        return " ".join(hmac.new(secret or b"", c.encode(), hashlib.sha256).hexdigest() for c in whole)

    return hash_contacts


def find_key(file: Path | None = None) -> bytes | None:
    """The secret: GRAPHKOC_KEY, or what is in `file`, by default the one that GRAPHKOC_KEY_FILE names; None without.

    Raises UsageError for a file that cannot be read or is empty.
    """
    if secret_text := os.environ.get("GRAPHKOC_KEY", "").strip():
        return secret_text.encode()
    path = file or (Path(named) if (named := os.environ.get("GRAPHKOC_KEY_FILE")) else None)
    if path is None:
        return None
    with translate_errors(f"the key file {path} cannot be read", "`graphkoc key new` makes one.", UsageError):
        secret = path.read_bytes().strip()
    if not secret:
        raise UsageError(f"the key file {path} is empty", hint="Remove it, and make another: `graphkoc key new`.")
    return secret


def fingerprint(secret: bytes) -> str:
    """16 hex digits by which a store recognises the secret again, and from which nobody can compute it."""
    return hmac.new(secret, b"graphkoc key fingerprint", hashlib.sha256).hexdigest()[:16]


def new_key(file: Path) -> Path:
    """Make a secret of 256 bits in a file that only its owner can read.

    Raises UsageError where there is something already: with another key nobody would be known again.
    """
    with translate_errors(f"the key file {file} cannot be made", kind=UsageError):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            hint = "Keep it: keys made with another do not match. Give another path for a second one."
            raise UsageError(f"there is a key in {file} already", hint=hint) from error
    with os.fdopen(descriptor, "w", encoding="ascii") as sink:
        os.fchmod(descriptor, 0o600)
        sink.write(secrets.token_hex(32) + "\n")
    return file
