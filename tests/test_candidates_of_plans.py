"""Who can be in a plan: everybody with a role but those whom somebody rules out, each at one account."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import graphkoc
from graphkoc.activate.candidates import count_left_out, list_candidates
from graphkoc.runs.tables import shaped

ROLES = {"a": "koc", "b": "possible", "c": "kol", "d": "wide", "e": "none", "f": "koc", "g": "koc"}


@pytest.fixture
def run() -> graphkoc.Run:
    people = pd.DataFrame({"consumer": list(ROLES), "role": list(ROLES.values())})
    people["platform"], people["url"], people["followers"] = "forum", "https://forum/" + people["consumer"], 10.0
    people["tier_platform"] = people["consumer"].map({"a": "weibo"})
    people["gate_person"] = people["consumer"].map({"f": "failed"}).fillna("passed")
    people["consent"] = people["consumer"].map({"g": "no"})
    people["patterns"] = people["consumer"].map({"b": "copied text; burst"})
    whole: dict[str, Any] = dict.fromkeys(("posts", "posts_engaged", "reviews"), 0)
    flags = dict.fromkeys(("hears_kol", "hears_koc", "suspicious"), False)
    accounts = pd.DataFrame(
        [
            ("a", "a", "forum", "a at the forum", 5, 3),
            ("a", "a2", "weibo", "a at weibo", 900, 1),
            ("d", "d", "amazon", "d at amazon", None, 9),
            ("d", "d2", "forum", "d at the forum", None, 1),
        ],
        columns=["consumer", "account", "platform", "handle", "followers", "reviews"],
    )
    members = pd.DataFrame(
        [("niche", "tea", "a"), ("niche", "pots", "a"), ("circle", "c1", "a")], columns=["kind", "group", "consumer"]
    ).assign(confidence=1.0)
    checks = pd.DataFrame({"consumer": ["b", "b", "c"], "check": ["for_hire", "agency", "not_to_contact"]})
    tables = {"people": people.assign(**whole, **flags), "accounts": accounts, "members": members, "checks": checks}
    return graphkoc.Run("run", {}, **{name: shaped(name, frame) for name, frame in tables.items()})


def test_everybody_with_a_role_is_a_candidate_but_those_who_may_not_be_asked(run: graphkoc.Run) -> None:
    found, left = list_candidates(run)
    assert dict(zip(found["consumer"], found["role"], strict=True)) == {"a": "koc", "b": "koc", "d": "kol"}
    assert dict(zip(left["consumer"], left["why"], strict=True)) == {
        "c": "not_to_contact",
        "f": "brand_or_staff",
        "g": "not_to_contact",
    }
    assert count_left_out(left) == ["2 people: may not be contacted", "1 person: account of a brand or of staff"]


def test_what_the_user_and_the_client_rule_out_is_no_candidate(run: graphkoc.Run) -> None:
    found, left = list_candidates(run, excluded={"a"}, refused={"b"})
    assert found["consumer"].tolist() == ["d"]
    assert dict(zip(left["consumer"], left["why"], strict=True)).items() >= {"a": "excluded", "b": "refused"}.items()


def test_a_person_is_written_to_where_their_tier_is_from_and_on_amazon_last(run: graphkoc.Run) -> None:
    found = list_candidates(run)[0].set_index("consumer")
    assert found["account"].to_dict() == {"a": "a2", "b": "b", "d": "d2"}
    assert [*found.loc["a", ["platform", "handle", "followers"]]] == ["weibo", "a at weibo", 900]
    assert found["url"].isna().tolist() == [True, False, False], "the address of the main account is not that of weibo"


def test_flags_niches_and_new_faces_come_with_each(run: graphkoc.Run) -> None:
    found = list_candidates(run, invited={"b"})[0].set_index("consumer")
    assert found["niches"].to_dict() == {"a": ["pots", "tea"], "b": [], "d": []}
    assert found["checks"]["b"] == ["agency", "for_hire"]
    for flag, words in zip(found["flags"]["b"], ("price list", "agency", "copied text", "burst"), strict=True):
        assert words in flag
    assert found["new"].to_dict() == {"a": True, "b": False, "d": True}
