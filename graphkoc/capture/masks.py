"""What stands for the e-mail addresses and phone numbers in what people wrote: in bios, reviews, comments, links.

No column says that a contact is there, so it is told by its shape, and what has another shape stays: a handle
(@anna), a price, a date, a barcode, an order's number. A number is a phone's where it begins with +, where it is a
mobile number of China or has the brackets or dashes of North America, or behind a word such as Tel.
"""

from __future__ import annotations

import re

__all__ = ["MACROS", "MAIL", "PHONE", "masked"]

MAIL, PHONE = "[@]", "[☎]"
"""Without a letter, so that they are nobody's words, whatever counts words afterwards."""
HELD = "\ue000"
"""Stands for the @ of a handle meanwhile."""

# All of this means the same to RE2 and, with re.ASCII, to Python: no look-around, and \b and \d know ASCII alone.
# What may not stand before a contact is taken with it, as a group that is put back.
LETTER = "0-9A-Za-zÀ-ʯͰ-ӿ０-９Ａ-Ｚａ-ｚ"
"""Of alphabets alone: Chinese has no spaces, so that its words run up to an address."""
BEFORE = rf"(^|[^{LETTER}@＠._%+-])"
LOCAL = rf"[{LETTER}._%+-]+"
AT = r"(?:[@＠]|%40| ?[\[({] ?(?i:at) ?[\])}] ?)"
DOT = r"(?:[.．]| ?[\[({] ?(?i:dot) ?[\])}] ?)"
HOST = rf"(?:[{LETTER}-]+{DOT})+"
KNOWN = r"(?:[A-Za-z]{2}|(?i:com|net|org|info|edu|gov|biz|name|mobi))\b"
OFTEN = r" ?[@＠] ?(?i:gmail|googlemail|hotmail|outlook|yahoo|icloud|foxmail|qq|163|126|gmx|web)\.[A-Za-z]{2,3}\b"
OTHER = r"(?:[A-Za-zÀ-ʯͰ-ӿａ-ｚ]{2,}|xn--[0-9a-z-]+)"
PLATFORM = r"(?i:instagram|insta|ins|ig|tiktok|youtube|yt|twitter|weibo|wb|xhs|rednote|douyin|bilibili|forum)"

FIRST = r"(^|[^0-9０-９A-Za-z=&?%#_/.+*-]|[^0-9０-９A-Za-z=&?%#_/.+*-][./-])"
"""A number in a link, a fraction, and the end of a code or of a longer number are none."""
DIGIT = "(?:[()]{0,2}[ \xa0./‐-–-]?[()]{0,2}\\d)"
CHINA = r"(?:[(（]?(?:[+＋]|00)?86[)）]?[ -]{0,2})?1[3-9]\d[ .-]?\d{4}[ .-]?\d{4}\b|１[３-９][０-９]{9}"
AMERICA = r"(?:\([2-9]\d\d\) ?[2-9]\d\d[ .-]|[2-9]\d\d-[2-9]\d\d-|[2-9]\d\d\.[2-9]\d\d\.)\d{4}\b"
TO_AMERICA = r"(?:[+＋]|00)1[ .-]?\(?[2-9]\d\d\)?[ .-]?[2-9]\d\d[ .-]?\d{4}\b"
ABROAD = rf"(?:[+＋]\(?(?:7|[2-9]\d)|00[2-9]\d[ ().-]){DIGIT}{{6,13}}\b"
NUMBER = rf"(?:{CHINA}|{TO_AMERICA}|(?:1[ .-])?{AMERICA}|{ABROAD})"
CALLED = (
    r"(?:\b(?i:telephone|telefon|téléphone|tel|phone|mobile|mobil|handy|cell|sms|fax|whats ?app)"
    r"(?: ?(?i:no|nr|number))?"
    r"|(?:电话|電話|手机|手機|座机|座機|热线|熱線|联系方式|聯絡方式)(?:号码|號碼|号|號)?)"
)
SAID = rf"({CALLED}(?: ?[:：=] ?|\. ?| ?是 ?| is ))"
LINK = r"((?i:wa\.me/|\b(?:tel|sms|callto):(?://)?|[?&](?:phone|tel|mobile)=))"
GLUED = r"((?i:\b(?:tel|phone|mob|vx?|wx|wechat|weixin|whatsapp)[.:_]?))"

STEPS = (
    (rf"{BEFORE}{LOCAL}(?:(?:{AT}| @ ){HOST}{KNOWN}|{OFTEN})", rf"\1{MAIL}"),
    # ig@anna.brews is a platform and a handle there: only its ending tells it from an address.
    (rf"{BEFORE}({PLATFORM})@", rf"\1\2{HELD}"),
    (rf"{BEFORE}{LOCAL}{AT}{HOST}{OTHER}", rf"\1{MAIL}"),
    (HELD, "@"),
    (rf"{LINK}(?:\+|%2B)?\d[\d.-]{{6,18}}\b", rf"\1{PHONE}"),
    # Behind a word, but for a date of this century.
    (rf"{SAID}[+＋]?\(?(?:(?:[013-9]|2[1-9]){DIGIT}{{6,13}}|20{DIGIT}{{8,12}})\b", rf"\1{PHONE}"),
    (rf"{GLUED}1[3-9]\d{{9}}\b", rf"\1{PHONE}"),
    (rf"{FIRST}{NUMBER}(?:[ ,;/，；、／]{{1,3}}{NUMBER})*", rf"\1{PHONE}"),
)
MAYBE = "[@＠]|%40|(?i:at) ?[)\\]}]|(?:[0-9０-９][ \xa0()./‐-–-]{0,4}){7}"
"""What a text without a contact seldom has; the others are not looked through."""
COMPILED = [(re.compile(pattern, re.ASCII), mark) for pattern, mark in STEPS]


def masked(text: str) -> str:
    """A text with MAIL and PHONE for each contact in it."""
    for pattern, mark in COMPILED:
        text = pattern.sub(mark, text)
    return text


def _macro() -> str:
    made = "x"
    for pattern, mark in STEPS:
        made = f"regexp_replace({made}, '{pattern}', '{mark}', 'g')"
    return f"CREATE MACRO masked(x) AS if(regexp_matches(x, '{MAYBE}'), {made}, x);"


MACROS = _macro()
"""masked: the same in SQL."""
