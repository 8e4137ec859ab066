"""E-mail addresses and phone numbers: read as keys that tell that two are one, and kept nowhere as they are.

A key is HMAC-SHA256 (RFC 2104) of the normalised contact, so that without the secret nobody can try out all
phone numbers. The secret stays apart from the store: in GRAPHKOC_KEY, or in a file.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import phonenumbers

from graphkoc.errors import DataError, UsageError

__all__ = ["HIDDEN", "LIKELY", "email", "find_key", "keys", "new_key", "phone", "redacted"]

HIDDEN = "(hidden)"
"""What stands in for a contact where it would have been shown."""

LETTER = r"[^@\s<>,;:\"'()/]"
EMAIL = re.compile(rf"{LETTER}+@{LETTER}+\.{LETTER}+")
IN_TEXT = re.compile(
    # Tried only where a word begins: the time is that of the text's length, whatever is in it.
    rf"(?<!{LETTER}){LETTER}+\s?[@＠]\s?{LETTER}+"
    r"|(?<![\d.])(?:\+\d|00[1-9]\d{0,2}[ (.-])[\d ().-]{6,}\d|(?<!\d)00[1-9]\d{9,12}(?!\d)"
    r"|(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)"
)
"""A contact in the middle of words. A number without + is one only where nothing else has its shape: in China."""
LIKELY = r"[@＠]|(?:\d[\s().-]*){7}"
"""Whatever may be a contact or a part of one (RE2), once dates are taken away."""
BETWEEN = re.compile(r"[;,，、；|\n\t／]+|\s/\s")
WRITTEN = re.compile(r"\+?[\d\s()./-]+")
"""How numbers are written; with a * in it, it is masked."""
SHORTEST = 10**5
IN_CHINA = re.compile(r"(?:(?:\+|00)?86)?(1[3-9]\d{9})")
REMEMBERED = 1 << 18


def email(text: str) -> str | None:
    """The address in small letters, without what is round it; None for what is no address."""
    plain = unicodedata.normalize("NFKC", text).strip().strip("<>").casefold().removeprefix("mailto:").strip()
    return plain if EMAIL.fullmatch(plain) else None


def phone(text: str, country: str = "") -> str | None:
    """The number as E.164 writes it, +4930123456; None for what is no number, or not a whole one.

    country: two letters (ISO 3166), whose number it is where it does not begin with + or 00. Without it only
    mobile numbers of China (11 digits, 13 to 19 first) are taken, which look like no others.
    """
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix(".0")
    if not WRITTEN.fullmatch(plain):
        return None
    if match := IN_CHINA.fullmatch(re.sub(r"[\s().-]", "", plain)):
        return f"+86{match[1]}"
    try:
        number = phonenumbers.parse(re.sub(r"^00", "+", plain), country.strip().upper() or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number) or (number.national_number or 0) < SHORTEST:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def keys(secret: bytes | None) -> Callable[[str, str], str]:
    """The function that makes keys of a cell and its country: 64 hex digits a contact, with a space between.

    A cell may hold several contacts, with a comma, semicolon, bar or line break between; addresses come before
    numbers. "" where it holds none. Without a secret the function raises DataError at the first contact.
    """

    @lru_cache(REMEMBERED)
    def made(cell: str, country: str) -> str:
        parts = [part for part in BETWEEN.split(cell) if part.strip()]
        found = [email(part) for part in parts] + [phone(part, country) for part in parts]
        whole = [contact for contact in dict.fromkeys(found) if contact]
        if whole and secret is None:
            # The words reach the user through the error of whoever called; see
            # `graphkoc.capture.reading.macros.REFUSED`.
            raise DataError(
                "refused: the files hold e-mail addresses or phone numbers, and there is no key to hash them with: "
                "`graphkoc key new` makes one"
            )
        return " ".join(hmac.new(secret or b"", c.encode(), hashlib.sha256).hexdigest() for c in whole)

    return made


def redacted(text: str) -> str:
    """A text with HIDDEN for each contact in it."""
    return IN_TEXT.sub(HIDDEN, text)


def find_key(file: Path | None = None) -> bytes | None:
    """The secret: GRAPHKOC_KEY, or what is in `file`, by default the one that GRAPHKOC_KEY_FILE names; None without.

    Raises UsageError for a file that cannot be read or is empty.
    """
    if said := os.environ.get("GRAPHKOC_KEY", "").strip():
        return said.encode()
    path = file or (Path(named) if (named := os.environ.get("GRAPHKOC_KEY_FILE")) else None)
    if path is None:
        return None
    try:
        secret = path.read_bytes().strip()
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise UsageError(f"the key file {path} cannot be read: {why}", hint="`graphkoc key new` makes one.") from error
    if not secret:
        raise UsageError(f"the key file {path} is empty", hint="Remove it, and make another: `graphkoc key new`.")
    return secret


def new_key(file: Path) -> Path:
    """Make a secret of 256 bits in a file that only its owner can read.

    Raises UsageError where there is something already: with another key nobody would be known again.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        hint = "Keep it: keys made with another do not match. Give another path for a second one."
        raise UsageError(f"there is a key in {file} already", hint=hint) from error
    except OSError as error:
        raise UsageError(f"the key file {file} cannot be made: {os.strerror(error.errno or 0)}") from error
    with os.fdopen(descriptor, "w", encoding="ascii") as sink:
        os.fchmod(descriptor, 0o600)
        sink.write(secrets.token_hex(32) + "\n")
    return file
