"""What doctor says of loads that cannot carry an analysis."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import graphkoc


def told(folder: Path, **tables: pd.DataFrame) -> dict[str, tuple[bool, str]]:
    store = graphkoc.open_store(f"ladybug:{folder / 'graphkoc.lbug'}")
    store.upsert(tables)
    found = graphkoc.doctor(store)
    store.close()
    assert all(bool(check["hint"]) != check["ok"] for check in found)
    return {check["check"]: (check["ok"], check["detail"]) for check in found}


def test_a_crawl_around_accounts_is_no_sample(tmp_path: Path) -> None:
    authors = [f"x:{i % 6}" for i in range(109)]
    notes = pd.DataFrame({"review": [f"x:n{i}" for i in range(109)], "consumer": authors, "title": "notes"})
    fans = pd.DataFrame({"engagement": [f"x:e{i}" for i in range(300)], "consumer": [f"x:f{i}" for i in range(300)]})
    people = pd.DataFrame({"consumer": sorted(set(authors)), "platform": "xiaohongshu"})
    found = told(tmp_path, reviews=notes, engagements=fans.assign(review="x:n1"), consumers=people)
    assert found["authors"] == (False, "109 notes by 6 authors: a crawl around accounts, no KOC sample")
    assert found["people"] == (True, "306 consumers")
    assert found["reviews have dates"] == (False, "0 of 109 reviews")
    assert found["reviews have words"] == (True, "109 of 109 reviews")
    assert found["reviews name products"] == (False, "0 of 109 reviews")
    assert found["follows"] == (
        False, "0 follows, 300 engagements; 1 person with at least 5 known followers",
    )  # fmt: skip
    assert found["follows have dates"] == (False, "no follows")
    assert found["platforms"] == (False, "one platform only: xiaohongshu")
    assert found["origin of reviews"][0] is False
    assert found["contacts"] == (False, "0 of 306 accounts have a contact key or a WeCom unionid")


@pytest.mark.parametrize(("linked", "ok"), [(False, False), (True, True)])
def test_two_platforms_help_once_somebody_is_known_on_both(tmp_path: Path, linked: bool, ok: bool) -> None:
    people = pd.DataFrame({"consumer": ["a:1", "b:1"], "platform": ["a", "b"], "contact_key": ["k", "k2"]})
    identities = pd.DataFrame(
        {"account": ["a:1", "b:1"][: 2 * linked], "person": ["p", "p"][: 2 * linked]}, dtype="str"
    )
    found = told(tmp_path, consumers=people, identities=identities)
    many = {True: "1 person is", False: "0 people are"}
    assert found["platforms"] == (ok, f"2 platforms (a, b); {many[linked]} known on several accounts")
    assert found["contacts"] == (True, "2 of 2 accounts have a contact key or a WeCom unionid")
    assert found["authors"] == (False, "0 reviews by 0 authors")
