"""What doctor says of loads that cannot carry an analysis."""

from __future__ import annotations

from pathlib import Path

import click.testing
import pandas as pd
import pytest

import graphkoc
from graphkoc.cli import cli


def check(folder: Path, **tables: pd.DataFrame) -> dict[str, tuple[bool, str]]:
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
    found = check(tmp_path, reviews=notes, engagements=fans.assign(review="x:n1"), consumers=people)
    assert found["authors"] == (
        False,
        "109 notes by 6 authors: collected around a few accounts, so not a sample of KOCs",
    )
    assert found["people"] == (True, "306 consumers")
    assert found["reviews have dates"] == (False, "0 of 109 reviews")
    assert found["reviews have words"] == (True, "109 of 109 reviews")
    assert found["reviews name products"] == (False, "0 of 109 reviews")
    assert found["follows"] == (
        False, "0 follows, 300 engagements; 1 person with an audience (people who engaged)",
    )  # fmt: skip
    assert found["follows have dates"] == (False, "no follows")
    assert found["platforms"] == (False, "one platform only: xiaohongshu")
    assert found["origin of reviews"][0] is False
    assert found["contacts"] == (False, "0 of 306 accounts have a contact key or a WeCom unionid")


def hints(folder: Path, **tables: pd.DataFrame) -> dict[str, str]:
    """The hints of doctor, by check."""
    store = graphkoc.open_store(f"ladybug:{folder / 'graphkoc.lbug'}")
    store.upsert(tables)
    found = {check["check"]: check["hint"] for check in graphkoc.doctor(store)}
    store.close()
    return found


def test_a_hint_names_what_an_analysis_loses(tmp_path: Path) -> None:
    some = pd.DataFrame({"review": list("abc"), "consumer": ["x:1", "x:2", "x:3"], "product": "x:p"})
    dates = pd.Series([pd.Timestamp(2025, 1, 1), None, None]).astype("datetime64[us]")
    found = hints(tmp_path, reviews=some.assign(created_at=dates))
    assert found["reviews have dates"] == "Reviews without a date are left out of the score and the backtest."
    assert found["follows"] == (
        "No audience is known: people are ranked by their own activity, as possible key opinion consumers."
    )
    assert found["follows have dates"] == "There are no follows."
    (tmp_path / "bare").mkdir()
    none = hints(tmp_path / "bare", reviews=some)
    assert none["reviews have dates"] == (
        "Without dates nobody is active or first: the score is made of percentiles, which no past data check."
    )


def test_tags_count_as_products_where_nothing_is_sold(tmp_path: Path) -> None:
    notes = pd.DataFrame({"review": list("abcd"), "consumer": "x:1", "tags": ["#tea #milk", "#tea", None, "#cup"]})
    found = check(tmp_path, reviews=notes)
    assert found["reviews name products"] == (
        False, "0 of 4 reviews; 3 that name none have tags, which count as products",
    )  # fmt: skip


def test_follows_that_no_analysis_counts_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [f"x:{number}" for number in range(40)]
    pairs = [(one, ids[(at + step) % 40]) for at, one in enumerate(ids) for step in (1, 2)]
    reviews = pd.DataFrame({"review": ids[:39], "consumer": ids[:39], "product": "x:p"})
    follows = pd.DataFrame(pairs, columns=["follower", "followee"])
    found = check(tmp_path, reviews=reviews, follows=follows)
    assert found["follows"] == (True, "80 follows, 0 engagements; 39 people with an audience (known followers)")
    assert found["follows have dates"] == (
        False, "0 of 80 follows; 4 without one are not counted because one of the two people has reviewed nothing",
    )  # fmt: skip
    monkeypatch.chdir(tmp_path)
    done = click.testing.CliRunner().invoke(cli, ["analyse", "--out", "runs/one"])
    assert done.exit_code == 0, done.output
    assert "76 follows (4 more are undated and not counted, because one of the two has reviewed nothing)" in " ".join(
        done.stdout.split()
    )
    assert graphkoc.find_run(str(tmp_path / "runs" / "one")).info["counts"]["uncounted_follows"] == 4


@pytest.mark.parametrize(("linked", "ok"), [(False, False), (True, True)])
def test_two_platforms_help_once_somebody_is_known_on_both(tmp_path: Path, linked: bool, ok: bool) -> None:
    people = pd.DataFrame({"consumer": ["a:1", "b:1"], "platform": ["a", "b"], "contact_key": ["k", "k2"]})
    identities = pd.DataFrame(
        {"account": ["a:1", "b:1"][: 2 * linked], "person": ["p", "p"][: 2 * linked]}, dtype="str"
    )
    found = check(tmp_path, consumers=people, identities=identities)
    many = {True: "1 person is", False: "0 people are"}
    assert found["platforms"] == (ok, f"2 platforms (a, b); {many[linked]} known on several accounts")
    assert found["contacts"] == (True, "2 of 2 accounts have a contact key or a WeCom unionid")
    assert found["authors"] == (False, "0 reviews by 0 authors")
