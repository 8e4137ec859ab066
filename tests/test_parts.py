"""By whom people are reached: four parts that exclude each other, add up, and say no more than what was loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_market import market

import graphkoc
from graphkoc.analysis import Settings, analyse
from graphkoc.graph.network import Network
from graphkoc.progress import Clock
from graphkoc.qualify.parts import find_parts
from graphkoc.report import make_document, render
from graphkoc.runs import reached
from graphkoc.runs.roles import RANKED, ROLES, WIDE_ROLES
from graphkoc.runs.tables import shaped

KOLS, LISTENERS = 3, 30
XHS = "xiaohongshu"


def notes_and_comments(kols: int = KOLS) -> dict[str, list[dict[str, Any]]]:
    """Xiaohongshu: KOLs, one person of 500 fans, the brand's account, and people who comment under their notes.

    Ten comment under a KOL's note and under that person's, five under that person's, five under the brand's alone.
    """
    listeners = [f"x:l{number:02}" for number in range(LISTENERS)]
    leaders = [f"x:k{number}" for number in range(kols)]
    authors = [*leaders, "x:c", "x:b"]
    under = [(one, "x:k0") for one in listeners[:10]] + [(one, "x:c") for one in listeners[:15]]
    under += [(one, "x:b") for one in listeners[15:20]] + [(listeners[0], one) for one in leaders[1:]]
    return {
        "consumers": [
            *({"consumer": one, "platform": XHS, "followers": 20_000, "kind": "person"} for one in leaders),
            {"consumer": "x:c", "platform": XHS, "followers": 500, "kind": "person"},
            {"consumer": "x:b", "platform": XHS, "followers": 800, "kind": "brand"},
            *({"consumer": one, "platform": XHS, "followers": 10, "kind": "person"} for one in listeners),
        ],
        "reviews": [
            {"review": f"{one}:n", "consumer": one, "product": "p", "created_at": f"2026-03-{1 + at:02}"}
            for at, one in enumerate(authors)
        ],
        "engagements": [
            {"engagement": f"e{at}", "consumer": one, "review": f"{author}:n", "kind": "comment"}
            for at, (one, author) in enumerate(under)
        ],
        "products": [{"product": "p"}],
    }


def analysed(held: dict[str, list[dict[str, Any]]], folder: Path, **settings: Any) -> graphkoc.Run:
    return analyse(market(**held), folder, Settings(**settings), Clock(None), processes=1)


def test_people_of_a_platform_without_follows_are_seen_under_posts_and_divided_in_four(tmp_path: Path) -> None:
    run = analysed(notes_and_comments(), tmp_path / "run")
    part = run.people.set_index("consumer")["part"]
    listeners = part[part.index.str.startswith("x:l")].tolist()
    assert listeners == ["reached_kol"] * 10 + ["only_koc"] * 5 + ["nobody"] * 5 + ["not_known"] * 10
    assert run.info["parts"] == {"reached_kol": 10, "only_koc": 5, "nobody": 5, "not_known": 15}
    said = " ".join(graphkoc.describe_run(run))
    assert "KOLs reach 10, only KOCs reach 5, nobody listed reaches 5, and of 15 it is not known" in said
    assert "seen under one of the 3 posts by KOLs that are loaded" in said
    assert reached.verb(run) == "were seen under posts of"
    assert "<main" in render(make_document(run))


@pytest.mark.parametrize("kols", [0, 1, 2])
def test_with_fewer_than_three_kols_of_a_platform_nobody_there_counts_as_white_space(tmp_path: Path, kols: int) -> None:
    held = notes_and_comments(max(kols, 1))
    if not kols:
        held["consumers"][0]["followers"] = 700
    run = analysed(held, tmp_path / "run")
    by_kols = 10 if kols else 0
    not_known = len(run.people) - by_kols
    assert run.info["parts"] == {"reached_kol": by_kols, "only_koc": 0, "nobody": 0, "not_known": not_known}
    number = [f"no KOL of {XHS} is", f"only 1 KOL of {XHS} is", f"only 2 KOLs of {XHS} are"][kols]
    assert any(one.startswith(f"{number} loaded by stated followers") for one in graphkoc.describe_run(run))
    white = reached.shares(pd.DataFrame([run.info["parts"]]))["white_space"].iloc[0]
    assert pd.isna(white) if not kols else white == 0


def test_a_name_on_a_price_list_is_no_kol_that_is_loaded(tmp_path: Path) -> None:
    held = notes_and_comments(2)
    held["consumers"].append({"consumer": "x:r", "platform": XHS, "followers": 680_000, "kind": "person"})
    run = analysed(held, tmp_path / "run")
    assert run.person("x:r")["role"] == "kol"
    assert [(one["kols"], one["enough"]) for one in run.info["reach_of"]] == [(2, False)]


def test_where_the_relative_tiers_are_chosen_nobody_is_a_kol(tmp_path: Path) -> None:
    run = analysed(notes_and_comments(), tmp_path / "run", tiers="relative")
    assert "kol" not in set(run.people["role"])
    assert not run.people["label"].str.contains("KO[CL]").any()


@st.composite
def crowds(draw: st.DrawFn) -> tuple[Network, pd.DataFrame, list[dict[str, Any]]]:
    """A network, its people with roles and platforms, and which platforms have enough KOLs."""
    ids = list("abcdefgh")
    ties = draw(st.lists(st.tuples(st.sampled_from(ids), st.sampled_from(ids)), max_size=20, unique=True))
    frame = pd.DataFrame([tie for tie in ties if tie[0] != tie[1]], columns=["source", "target"], dtype="str")
    network = Network.from_edges(frame.assign(weight=1.0), ids)
    role = draw(st.lists(st.sampled_from(ROLES), min_size=8, max_size=8))
    place = draw(st.lists(st.sampled_from(["p", "q"]), min_size=8, max_size=8))
    people = pd.DataFrame({"consumer": network.ids, "platform": place, "role": role})
    platforms = [{"platform": one, "enough": draw(st.booleans())} for one in ("p", "q")]
    return network, people, platforms


@given(crowds(), st.data())
def test_the_parts_are_what_can_be_counted_by_hand_and_add_up(
    crowd: tuple[Network, pd.DataFrame, list[dict[str, Any]]], data: st.DataObject
) -> None:
    network, people, platforms = crowd
    role = dict(zip(people["consumer"], people["role"], strict=True))
    heard: dict[str, set[str]] = {one: set() for one in network.ids}
    for source, target in zip(network.ids[network.source], network.ids[network.target], strict=True):
        heard[target].add(role[source])
    for name, roles in (("kol", WIDE_ROLES), ("koc", RANKED)):
        people[f"hears_{name}"] = [bool(heard[one] & set(roles)) for one in people["consumer"]]
    second = data.draw(st.sampled_from(list(network.ids)))
    accounts = pd.DataFrame({"consumer": [second] * 2, "platform": ["p", "q"]})
    people["part"] = find_parts(network, people, accounts, platforms)
    enough = {one["platform"]: one["enough"] for one in platforms}
    for row in people.to_dict("records"):
        places = ["p", "q"] if row["consumer"] == second else [row["platform"]]
        if row["hears_kol"]:
            expected = "reached_kol"
        elif not heard[row["consumer"]] or not all(enough[place] for place in places):
            expected = "not_known"
        else:
            expected = "only_koc" if row["hears_koc"] else "nobody"
        assert row["part"] == expected
    table = reached.count_parts(people, "platform")
    assert table.sum(axis=1).to_dict() == people["platform"].value_counts().to_dict()
    share = reached.shares(table)
    white = (table["only_koc"] + table["nobody"]) / table.sum(axis=1)
    known = table["not_known"] < table.sum(axis=1)
    np.testing.assert_allclose(share["white_space"][known], white[known])
    assert share["white_space"][~known].isna().all()


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((3, 2, 1, 4), "KOLs reach 3, only KOCs reach 2, nobody listed reaches 1, and of 4 it is not known"),
        ((28, 0, 0, 0), "KOLs reach all 28"),
        ((5, 0, 0, 4), "KOLs reach 5 and of 4 it is not known"),
        ((0, 0, 0, 0), "KOLs reach 0"),
    ],
)
def test_parts_of_nobody_are_not_said(numbers: tuple[int, ...], said: str) -> None:
    assert reached.describe_parts(dict(zip(reached.PARTS, numbers, strict=True)), "KOLs") == said


def test_the_parts_of_merged_circles_are_those_of_their_people_without_the_fringe(tmp_path: Path) -> None:
    run = analysed(notes_and_comments(), tmp_path / "runs" / "one")
    inside = [(f"x:l{at:02}", "c1" if at < 12 else "c2", 0.9) for at in range(22)] + [("x:l25", "c1", 0.2)]
    members = pd.DataFrame(inside, columns=["consumer", "group", "confidence"]).assign(kind="circle")
    circles = pd.DataFrame({"circle": ["c1", "c2"], "name": ["One", "Two"], "people": [12, 10]})
    circles = circles.assign(**dict.fromkeys(("kocs", "kols", "wide", *reached.PARTS), 0))
    made = run.replaced(
        info=run.info | {"passed_over": []}, circles=shaped("circles", circles), members=shaped("members", members)
    )
    made.save()
    graphkoc.merge_groups(graphkoc.find_run(made.folder), "circle", ["c1", "c2"])
    (merged,) = graphkoc.list_circles(graphkoc.find_run(made.folder))
    assert merged["people"] == 22
    assert merged["parts"] == {"reached_kol": 10, "only_koc": 5, "nobody": 5, "not_known": 2}
    assert merged["white_space"] == pytest.approx(10 / 22)
