"""The encoding of a text file: detected where its bytes are certain, and requested from the user where they are not.

Four are detected: UTF-8, anything with a byte order mark, GB18030 and Windows-1252 (which includes Latin-1). For the
rest the result is an error that lists the possible encodings, because wrongly decoded text looks like data.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable

import charset_normalizer

from graphkoc.errors import DataError, UsageError

__all__ = ["UTF8", "check", "detect"]

UTF8 = "utf-8"
MARKS = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    ("\ufeff".encode("gb18030"), "gb18030"),
)
TRUSTED = ("gb18030", "cp1252")
RIVALS = (
    *("gb18030", "big5", "cp932", "euc_jp", "cp949", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254"),
    *("cp1255", "cp1256", "cp1257", "iso8859_2", "mac_roman", "cp850"),
)
"""Likely encodings of a table that is not UTF-8. Others are not in use for exports."""
NAMES = {"cp932": "shift_jis", "cp949": "euc_kr"}
"""The usual names, where Python's differ."""
WESTERN = re.compile("[\x00-\x7f\xa0-\xff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]*")
_CENTRAL = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "čćđšž", "ăâîşţ")
ALPHABETS = {
    "cp1252": ("äöüßé", "àâæçéèêëîïôœùûüÿ", "áéíñóúü", "áâãàçéêíóôõúü", "àèéìòù", "áéèëïíóöü", "åäöæøé", "áðéíóúýþæö"),
    "cp1250": _CENTRAL,
    "iso8859_2": _CENTRAL,
    "cp1254": ("çğıöşüâîûİ",),
    "cp1256": ("àâçèéêëîïôùûüœ", "".join(map(chr, range(0x621, 0x64B))) + "پچژگٹڈڑکںھہے"),
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž"),
}
"""The letters beyond a to z of the languages that are written in an encoding."""
NO_TEXT = {"idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined"}
SAMPLE = 262_144
"""Bytes that are compared; more only take more time."""
LONG = 16_384
"""Minimum bytes of a line that is left out where there are shorter ones: such cells seldom contain language."""
FEW = 3
"""Fewer lines than this that are not UTF-8 count as damage, and not as evidence of another encoding."""
MARGIN = 0.02
"""Minimum distance to the next reading (in share of noise, or of likeness to a language) for one to be clear."""


def check(name: str) -> str:
    """Python's own name of an encoding; UsageError when there is none of that name."""
    try:
        found = codecs.lookup(name).name
        "a".encode(found)
    except (LookupError, UnicodeError, ValueError):
        found = "undefined"
    if found in NO_TEXT:
        raise UsageError(
            f"there is no encoding called {name!r}",
            hint="Often it is one of: utf-8, utf-16, gb18030, big5, shift_jis, euc_kr, cp1252, cp1250, cp1251, cp1254.",
        )
    return found


def detect(name: str, lines: Iterable[bytes], asked: str | None = None) -> str:
    """The encoding of a file's lines: by its byte order mark, else the requested one, else by its bytes.

    A file of UTF-8 with some damaged lines is UTF-8: they are rejected one by one. Raises DataError,
    which calls the file `name`, when the bytes do not decide.
    """
    count = multibyte = damaged = size = 0
    header_is_bad = False
    bad: list[bytes] = []
    for line in lines:
        if not count:
            for mark, encoding in MARKS:
                if line.startswith(mark):
                    return encoding
            if asked:
                return asked
            if b"\0" in line:
                # Most likely UTF-16 without a mark, for which the reader of the header has a better message.
                return UTF8
            header = line
        count += 1
        if line.isascii():
            continue
        try:
            line.decode()
            multibyte += 1
        except UnicodeDecodeError:
            header_is_bad |= count == 1
            damaged += 1
            if size < SAMPLE:
                bad.append(line[:SAMPLE])
                size += min(len(line), LONG)
    if not bad or (not header_is_bad and (damaged < FEW or damaged <= multibyte)):
        return UTF8
    weighed = [line for line in bad if len(line) <= LONG] or bad
    sample = b"".join(weighed if header_is_bad else [header, *weighed])[:SAMPLE]
    verdict, possible = _compare(sample)
    if verdict:
        return verdict
    if not header_is_bad and damaged * 100 <= count:
        return UTF8
    words = (
        f"it may be {' or '.join(possible)}" if possible else "its bytes are not text in any encoding that is in use"
    )
    raise DataError(
        f"{name} is not UTF-8, and its encoding is not certain: {words}",
        hint="Name it with --encoding, for example --encoding " + (possible[0] if possible else "cp1252") + ".",
    )


def _compare(sample: bytes) -> tuple[str | None, list[str]]:
    """The trusted encoding that is clearly the one, if any; and the names of all that are possible."""
    found = list(charset_normalizer.from_bytes(sample, cp_isolation=list(RIVALS)))
    possible = [_usual_name(match.encoding, match.could_be_from_charset) for match in found[:4]]
    if not found:
        return None, possible
    first, *rivals = found
    clear = all(
        rival.percent_chaos >= first.percent_chaos + 100 * MARGIN
        or rival.percent_coherence <= first.percent_coherence - 100 * MARGIN
        for rival in rivals
    )
    trusted = next((name for name in TRUSTED if name in first.could_be_from_charset), None)
    if trusted == "cp1252" and not WESTERN.fullmatch(sample.decode("cp1252", "replace")):
        return None, possible
    if trusted and clear:
        return trusted, possible
    contenders = [match for match in found if match.percent_chaos < first.percent_chaos + 100 * MARGIN]
    spoken = [match.could_be_from_charset for match in contenders if _is_language(match)]
    return "cp1252" if len(spoken) == 1 and "cp1252" in spoken[0] else None, possible


def _is_language(match: charset_normalizer.CharsetMatch) -> bool:
    """Whether all the letters of a reading are those of one language that is written so."""
    letters = {letter for letter in str(match).lower() if letter.isalpha() and not letter.isascii()}
    known = [alphabet for name in match.could_be_from_charset for alphabet in ALPHABETS.get(name, ())]
    return not known or any(letters <= set(alphabet) for alphabet in known)


def _usual_name(encoding: str, same: list[str]) -> str:
    best = next((name for name in TRUSTED if name in same), encoding)
    return NAMES.get(best, best)
