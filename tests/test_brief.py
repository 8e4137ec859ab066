"""The brief of one person and the reply to somebody who answered: what became of findings is in both."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkoc.errors import UsageError
from graphkoc.invite.listening.brief import write_brief
from graphkoc.invite.listening.finding_states import FINDING_LANGUAGES, FINDING_STATUSES
from graphkoc.invite.listening.replies import gather_replies, list_reply_languages, write_reply
from graphkoc.invite.listening.search_terms import assign_terms, find_terms
from graphkoc.qualify.remarks.spoken import detect_languages

SPRING = {"name": "spring", "product": "Luto Mini", "client": "Nordkessel", "ends": "2026-03-31"}
LIN = {"name": "Lin", "platform": "xiaohongshu", "code": "LIN10", "link": "https://shop.example.com/luto?ref=lin_10"}
QUOTES = [
    {"consumer": "a", "sentence": "The lid drips", "sign": "critical"},
    {"consumer": "b", "sentence": "盖子滴水", "sign": "critical"},
    {"consumer": "c", "sentence": "The lid does not drip", "sign": "positive"},
]
PRAISE = r"\bstars?\b|praise|recommend|love|five|glowing|favou?rabl|好评|五星|推荐|种草|打分|安利|stern|\blob|empfehl"


def finding(status: str, note: str | None = "New gasket", **more: Any) -> dict[str, Any]:
    return {
        "id": "lid-drips",
        "words": ["@lid", "@drips"],
        "sign": "critical",
        "people": 3,
        "critical": 2,
        "quotes": QUOTES,
        "status": status,
        "note": note,
    } | more


# --- the brief --------------------------------------------------------------------------------------------------------


def test_a_finding_that_is_done_is_in_the_brief_for_people_to_try() -> None:
    text = write_brief(SPRING, LIN, "en", findings=[finding("done")])
    assert "- “lid: drips”, named by 2: it was changed: New gasket.\n" in text
    assert "try it, and say what you find" in text
    assert "- “盖子：滴漏”（2人提到），已改进：New gasket。\n" in write_brief(
        SPRING, LIN, "zh", findings=[finding("done")]
    )


def test_a_finding_that_is_open_is_in_no_brief() -> None:
    assert write_brief(SPRING, LIN, "en", findings=[finding("open")]) == write_brief(SPRING, LIN, "en")


def test_a_brief_has_label_filing_dates_code_link_and_terms() -> None:
    text = write_brief(
        SPRING,
        LIN | {"filing": "PGY-7", "rights_until": "2026-09-01T00:00:00", "starts": "2026-03-01", "ends": "2026-03-20"},
        "en",
        label="Brand partnership",
        needs_filing=True,
        terms=["#旅行水壶", "travel kettle"],
    )
    assert text.startswith("# Brief: Luto Mini\n\nFor Lin, on Xiaohongshu. Campaign “spring” of Nordkessel.\n")
    for part in (
        "**Brand partnership**",
        "Its number: PGY-7",
        "Post from 2026-03-01 to 2026-03-20.",
        "boost the post until 2026-09-01",
        "**LIN10**",
        "<https://shop.example.com/luto?ref=lin_10>",
        "- \\#旅行水壶\n- travel kettle\n",
    ):
        assert part in text


def test_without_posting_days_of_their_own_people_post_before_the_campaign_ends() -> None:
    assert "Post by 2026-03-31." in write_brief(SPRING, LIN, "en")
    assert "发布时间：2026-03-31 前。" in write_brief(SPRING, LIN, "zh")


def test_what_is_not_known_is_left_to_fill_or_to_agree() -> None:
    text = write_brief({"name": "x"}, {}, "en", needs_filing=True)
    assert "# Brief: ________" in text
    assert "Its number: ________" in text
    assert "To be agreed with you." in text
    assert "There is no code and no link in this campaign." in text


@pytest.mark.parametrize("language", FINDING_LANGUAGES)
def test_no_brief_asks_for_an_opinion_of_a_certain_kind(language: str) -> None:
    text = write_brief(SPRING, LIN, language, findings=[finding(status) for status in FINDING_STATUSES])
    assert re.findall(PRAISE, text.casefold()) == []
    with pytest.raises(UsageError, match="there is no brief in 'fr'"):
        write_brief(SPRING, LIN, "fr")


@given(st.text(), st.sampled_from(FINDING_LANGUAGES))
def test_whatever_a_name_is_the_brief_has_the_same_lines(name: str, language: str) -> None:
    plain = write_brief(SPRING, LIN, language)
    hostile = write_brief(SPRING, LIN | {"name": name, "link": name and None}, language)
    assert hostile.count("\n#") == plain.count("\n#")
    assert not re.search(r"(?<!\\)[<>]", hostile)


# --- search terms -----------------------------------------------------------------------------------------------------


def test_tags_come_before_words_that_are_rarer_elsewhere() -> None:
    texts = pd.DataFrame(
        {
            "consumer": list("abcd"),
            "text": ["camping kettle", "camping with friends", "camping at home", "at home with friends"],
            "tags": ["#travelkettle", "#travelkettle #tea", None, None],
        }
    )
    others = pd.Series(["friends at home"] * 9, index=[f"x{n}" for n in range(9)])
    assert find_terms(texts, others, ["旅行水壶"]) == ["旅行水壶", "travelkettle", "camping"]
    everywhere = pd.Series(["camping at home"] * 9, index=others.index)
    assert find_terms(texts, everywhere) == ["travelkettle"]


def test_each_person_gets_terms_in_their_script_and_each_term_is_given_alike() -> None:
    found = assign_terms(["a", "b", "c", "d", "水壶"], {"p1": "en", "p2": "en", "p3": "zh", "p4": "en", "p5": "en"})
    assert found == {
        "p1": ["a", "b", "c"],
        "p2": ["d", "a", "b"],
        "p3": ["水壶"],
        "p4": ["c", "d", "a"],
        "p5": ["b", "c", "d"],
    }


# --- the reply --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("done", "What we did: New gasket."),
        ("taken", "We are working on it: New gasket."),
        ("declined", "for this reason: New gasket."),
    ],
)
def test_those_who_raised_a_finding_are_told_what_became_of_it(status: str, sentence: str) -> None:
    points = gather_replies([finding(status)])
    assert list(points) == ["a", "b"]
    text = write_reply("en", "Ada", "Nordkessel", points["a"], product="the Luto Mini")
    assert text.startswith("Hi Ada,\n\nthis is the team of Nordkessel. You told us what you think of the Luto Mini.")
    assert "– You said: “The lid drips”\n" in text
    assert sentence in text


def test_an_open_finding_tells_nobody_anything() -> None:
    assert gather_replies([finding("open")]) == {}


def test_what_was_changed_comes_before_what_was_not() -> None:
    points = gather_replies([finding("declined", id="price"), finding("done")])
    assert [point["finding"] for point in points["a"]] == ["lid-drips", "price"]


@pytest.mark.parametrize("language", list_reply_languages())
def test_no_reply_asks_for_anything_and_each_has_a_way_out(language: str) -> None:
    points = gather_replies([finding(status, note) for status in FINDING_STATUSES for note in ("New gasket", None)])[
        "a"
    ]
    text = write_reply(language, "Ada", "Nordkessel", points, sender="Kim")
    assert re.findall(PRAISE, text.casefold()) == []
    assert {"en": "reply no", "zh": "回复“不用”", "de": "antworte mit Nein"}[language] in text
    assert "{" not in text and text.count("New gasket") == 3


def test_an_unknown_language_and_a_missing_name_are_one_sentence() -> None:
    with pytest.raises(UsageError, match="there is no reply in 'fr'"):
        write_reply("fr", "Ada", "Nordkessel", [])
    with pytest.raises(UsageError, match="the reply lacks a brand"):
        write_reply("en", "Ada", " \u200b", [])


@given(st.text(), st.text(), st.sampled_from(list_reply_languages()))
def test_whatever_was_said_the_reply_has_its_lines_and_no_markup(said: str, note: str, language: str) -> None:
    point = {"finding": "x", "said": said, "status": "done", "note": note}
    text = write_reply(language, "Ada", "Nordkessel", [point])
    assert len(text.splitlines()) == len(
        write_reply(language, "Ada", "Nordkessel", [point | {"said": "s", "note": "n"}]).splitlines()
    )
    assert not set("<>[]`*|$") & set(text)


def test_the_language_of_an_answer_is_told_by_the_answer() -> None:
    texts = pd.DataFrame(
        [
            ("a", "The lid drips when you pour into a thermos."),
            ("b", "往保温杯里倒水的时候盖子会滴水"),
            ("c", "Der Deckel tropft, wenn man in eine Thermoskanne gießt, und das ist nicht schön."),
            ("d", None),
        ],
        columns=["consumer", "text"],
    )
    assert detect_languages(texts) == {"a": "en", "b": "zh", "c": "de"}
