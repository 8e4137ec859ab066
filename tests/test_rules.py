"""Rules of invitations: what may be given where, with which field and label, and what setting one aside takes."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from graphkoc.errors import DataError, UsageError
from graphkoc.invite.rules import LANGUAGES, Checked, check_invitations, read_rules

BOOK = read_rules()


def people(*rows: dict[str, Any]) -> pd.DataFrame:
    plain = {"platform": "xiaohongshu", "incentive": "gift"}
    return pd.DataFrame([plain | {"consumer": f"p{place}"} | row for place, row in enumerate(rows)])


def check_one(overrides: dict[str, str] | None = None, language: str = "en", **row: Any) -> pd.Series[Any]:
    return check_invitations(people(row), overrides, language).people.iloc[0]


def test_every_rule_has_a_source_a_date_a_sentence_and_what_its_effect_needs() -> None:
    assert datetime.date.fromisoformat(BOOK.version) <= datetime.date(2100, 1, 1)
    assert "no legal advice" in BOOK.notice
    for rule in BOOK.rules:
        assert rule.source.startswith("http"), rule.name
        assert datetime.date.fromisoformat(rule.date) <= datetime.date.fromisoformat(BOOK.version), rule.name
        assert rule.sentence.endswith("."), rule.name
        assert (rule.field is not None) == (rule.effect == "needs_field"), rule.name
        assert set(rule.label) == (set(LANGUAGES) if rule.effect == "needs_label" else set()), rule.name
        assert rule.fixed or rule.effect != "needs_label", "no reason makes a post an undeclared one"


@pytest.mark.parametrize("incentive", ["gift", "paid"])
def test_nobody_is_given_anything_for_a_review_on_amazon(incentive: str) -> None:
    found = check_one(platform="amazon", incentive=incentive)
    assert (found["allowed"], found["ready"]) == (False, False)
    assert "Vine" in found["sentence"]


def test_who_writes_on_amazon_alone_is_never_invited_with_a_gift_whatever_their_platform_is_said_to_be() -> None:
    for platform in ("amazon", "crm", "instagram"):
        assert not check_one(platform=platform, checks=["agency", "amazon_only"])["allowed"]
    assert check_one(platform="instagram", checks=["agency"])["allowed"]
    assert check_one(platform="amazon", incentive="none")["allowed"], "without an incentive nothing is forbidden"


@pytest.mark.parametrize("incentive", ["gift", "paid"])
def test_a_note_on_xiaohongshu_needs_its_filing_number(incentive: str) -> None:
    found = check_one(incentive=incentive, filing_number=None)
    assert (found["allowed"], found["ready"], found["missing"]) == (True, False, ["filing_number"])
    assert "报备" in found["sentence"]
    assert check_one(incentive=incentive)["missing"] == ["filing_number"], "a column that is missing is not filled"
    assert check_one(incentive=incentive, filing_number=" ")["missing"] == ["filing_number"]
    filed = check_one(incentive=incentive, filing_number="PGY-1")
    assert (filed["ready"], filed["fields"], filed["missing"]) == (True, ["filing_number"], [])


@pytest.mark.parametrize(
    ("platform", "market", "language", "label"),
    [
        ("instagram", "US", "en", "Paid partnership; Advertisement"),
        ("instagram", "DE", "de", "Bezahlte Partnerschaft; Werbung"),
        ("instagram", "FR", "en", "Paid partnership"),
        ("xiaohongshu", None, "zh", "品牌合作"),
        ("discourse", "DE", "de", "Werbung: Die Marke hat mir das Produkt gegeben oder mich bezahlt"),
        ("tiktok", None, "en", "Advertisement"),
    ],
)
def test_a_post_has_the_label_of_its_platform_and_its_market(
    platform: str, market: str | None, language: str, label: str
) -> None:
    assert check_one(platform=platform, market=market, language=language)["label"] == label


def test_a_note_with_a_shopping_link_is_an_advertisement_in_china() -> None:
    assert check_one(shopping_link=True, language="zh")["label"] == "品牌合作; 广告"
    assert check_one(shopping_link=False, language="zh")["label"] == "品牌合作"


def test_an_incentive_never_depends_on_the_opinion() -> None:
    found = check_one(platform="instagram", depends_on_opinion=True)
    assert not found["allowed"]
    assert "never depends on the opinion" in found["sentence"]
    with pytest.raises(UsageError, match="no_opinion_for_sale cannot be set aside"):
        check_one({"no_opinion_for_sale": "the client wants it"})


def test_an_overridden_rule_needs_a_reason_and_leaves_a_record() -> None:
    rows = people({"platform": "amazon"}, {"platform": "instagram"}, {})
    checked = check_invitations(rows, {"amazon_reviews": " Advance copies of a book are allowed. "})
    assert checked.people["allowed"].tolist() == [True, True, True]
    assert checked.overrides == [
        {
            "rule": "amazon_reviews",
            "why": "Advance copies of a book are allowed.",
            "version": BOOK.version,
            "consumers": ["p0"],
        }
    ]
    assert "amazon_reviews" not in checked.people["rules"].iloc[0]
    with pytest.raises(UsageError, match="amazon_reviews is set aside without a reason"):
        check_one({"amazon_reviews": "  "})
    with pytest.raises(UsageError, match="there is no rule 'amazon'"):
        check_one({"amazon": "why not"})


def test_it_says_once_that_it_is_no_legal_advice() -> None:
    checked = check_invitations(people({}, {"platform": "amazon"}))
    assert checked.notice == BOOK.notice
    assert not checked.people["sentence"].str.contains("legal advice").any()


def test_nobody_is_checked_and_nonsense_is_one_sentence() -> None:
    empty: Checked = check_invitations(people({}).iloc[:0])
    assert len(empty.people) == 0
    with pytest.raises(UsageError, match="there is no incentive 'gifts'"):
        check_one(incentive="gifts")
    with pytest.raises(UsageError, match="there is no label in 'fr'"):
        check_one(language="fr")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("version = 1", "has no version or no notice"),
        ('version = "1"\nnotice = "n"\nrule = 3', "the rule rule of .* has no effect"),
        ('version = "1"\nnotice = "n"\n[a]\neffect = "forbidden"', "the rule a of .* has no concerns"),
        (
            'version = "1"\nnotice = "n"\n[a]\neffect = "x"\nconcerns = "gift"\nsource = "s"\ndate = "d"\n'
            'sentence = "s"',
            "has the effect 'x' on 'gift'",
        ),
        (
            'version = "1"\nnotice = "n"\n[a]\neffect = "needs_field"\nconcerns = "gift"\nsource = "s"\ndate = "d"\n'
            'sentence = "s"',
            "names no field",
        ),
        (
            'version = "1"\nnotice = "n"\n[a]\neffect = "needs_label"\nconcerns = "gift"\nsource = "s"\ndate = "d"\n'
            'sentence = "s"\nlabel = { en = "Ad" }',
            "has no label in each language",
        ),
    ],
)
def test_a_file_of_rules_that_is_not_complete_is_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(text)
    with pytest.raises(DataError, match=words) as error:
        read_rules(path)
    assert error.value.hint


def test_a_book_of_rules_may_be_another_one() -> None:
    lenient = dataclasses.replace(BOOK, rules=())
    assert check_invitations(people({"platform": "amazon"}), book=lenient).people["allowed"].tolist() == [True]
