"""Messages: a first text in three languages that asks for an honest opinion and for no address."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from string import Template

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkoc.errors import UsageError
from graphkoc.invite.messages import FIELDS, fill_message, list_languages, read_message
from graphkoc.invite.rules import LANGUAGES

FILLED = {
    "name": "Lin",
    "sender": "Ada",
    "brand": "Nordkessel",
    "platform": "Xiaohongshu",
    "product": "the Luto Mini",
    "reason": "you wrote about how a kettle drips",
    "label": "Advertisement",
}
ASKS_FOR_PRAISE = {
    "en": r"positiv|\bstars?\b|praise|recommend|\bgood (review|word)|love it|five|glowing|favou?rabl|like it|like and",
    "zh": "好评|五星|星级|赞|推荐|夸|种草|好话|正面|打分|安利",
    "de": r"positiv|stern|\blob|empfehl|begeister|gute (bewertung|wort)|gefällt mir|wohlwollend|fünf",
}
WELCOMES_CRITICISM = {"en": "Criticism is welcome", "zh": "欢迎批评", "de": "Kritik ist willkommen"}
HONEST = {
    "en": "honest opinion, whatever it is",
    "zh": "真实看法，无论是什么",
    "de": "ehrliche Meinung, wie auch immer",
}
ADDRESS = {
    "en": r"address|where (do )?you live|e-?mail|phone",
    "zh": "地址|邮箱|电话|微信|手机",
    "de": r"adresse|anschrift|e-?mail|telefon",
}
OPT_OUT = {"en": "we will not write to you again", "zh": "不会再联系你", "de": "wir schreiben dir nicht wieder"}


def test_there_is_a_message_in_each_language_that_labels_have() -> None:
    assert list_languages() == sorted(LANGUAGES) == sorted(ASKS_FOR_PRAISE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_asks_for_a_positive_review_and_each_welcomes_criticism(language: str) -> None:
    text = read_message(language)
    assert re.findall(ASKS_FOR_PRAISE[language], text.casefold()) == []
    assert WELCOMES_CRITICISM[language] in text
    assert HONEST[language] in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_asks_for_an_address_before_a_yes_and_each_has_a_way_out(language: str) -> None:
    text = read_message(language)
    assert re.findall(ADDRESS[language], text.casefold()) == []
    assert OPT_OUT[language] in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_has_every_field_and_only_these(language: str) -> None:
    assert sorted(Template(read_message(language)).get_identifiers()) == sorted(FIELDS)
    filled = fill_message(language, FILLED)
    assert all(value in filled for value in FILLED.values())
    assert "$" not in filled


@pytest.mark.parametrize("name", FIELDS)
def test_a_missing_field_is_one_sentence(name: str) -> None:
    with pytest.raises(UsageError, match=f"the message lacks {name}: "):
        fill_message("en", {key: value for key, value in FILLED.items() if key != name})
    with pytest.raises(UsageError, match=f"the message lacks {name}: "):
        fill_message("de", FILLED | {name: " \u200b "})


def test_an_unknown_field_or_language_is_one_sentence() -> None:
    with pytest.raises(UsageError, match="a message has no field 'adress'"):
        fill_message("en", FILLED | {"adress": "x"})
    with pytest.raises(UsageError, match=r"there is no message in '\.\./en'"):
        fill_message("../en", FILLED)


def test_a_reason_keeps_one_full_stop() -> None:
    assert "because you know kettles.\n" in fill_message("en", FILLED | {"reason": "you know kettles."})


class Tags(HTMLParser):
    """The tags that a browser would see in a text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>", "[win](https://evil.example)", "**Lin**", "`x`", "a\n# Heading", "$label", "|a|"],
)
def test_a_name_with_markup_is_plain_text(name: str) -> None:
    filled = fill_message("en", FILLED | {"name": name})
    assert not set("<>[]`*|$") & set(filled)
    assert "\n# " not in filled


@given(st.text(min_size=1), st.sampled_from(LANGUAGES))
def test_whatever_a_name_is_the_message_is_whole_and_holds_no_tag(name: str, language: str) -> None:
    try:
        filled = fill_message(language, FILLED | {"name": name})
    except UsageError as error:
        assert "the message lacks name" in str(error)
        return
    page = Tags()
    page.feed(filled)
    page.close()
    assert page.tags == []
    assert len(filled.splitlines()) == len(fill_message(language, FILLED).splitlines())
    assert html.escape(filled, quote=False).count("&lt;") == 0
