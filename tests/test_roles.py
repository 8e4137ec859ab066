"""Roles: what somebody is stands in one column, and every list, count, query and page goes by it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from little_store import held, tables

import graphkoc
from graphkoc.qualify.gates import gates
from graphkoc.report import make_document
from graphkoc.runs.reached import PARTS
from graphkoc.runs.roles import RANKED, ROLES, WIDE_ROLES

PEOPLE, KOL = 60, "csv:7"


def crowd() -> dict[str, pd.DataFrame]:
    """Two rings of thirty people, one writes about tea and one about toys; everybody follows five, and the KOL."""
    ids = tables(range(PEOPLE))["consumers"]["consumer"].tolist()
    rings = {"Tea": ids[: PEOPLE // 2], "Toys": ids[PEOPLE // 2 :]}
    rows = [(one, f"csv:{kind}{turn}") for turn in range(12) for kind, ring in rings.items() for one in ring]
    reviews = pd.DataFrame(rows, columns=["consumer", "product"])
    reviews["review"] = [f"csv:r{at}" for at in range(len(reviews))]
    reviews["created_at"] = pd.date_range("2020-01-01", periods=len(reviews), freq="8h").astype("datetime64[us]")
    follows = [(one, KOL) for one in ids if one != KOL]
    for ring in rings.values():
        follows += [(one, ring[(at + step) % len(ring)]) for at, one in enumerate(ring) for step in range(1, 6)]
    products = [(f"csv:{kind}{turn}", kind) for kind in rings for turn in range(12)]
    return tables(range(PEOPLE)) | {
        "reviews": reviews,
        "follows": pd.DataFrame(follows, columns=["follower", "followee"]).drop_duplicates(),
        "products": pd.DataFrame(products, columns=["product", "category"]),
    }


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[graphkoc.Store, graphkoc.Run]]:
    place = tmp_path_factory.mktemp("roles")
    with held(place / "one.lbug", crowd()) as store:
        yield store, graphkoc.analyse(store, place / "run")


def test_a_role_agrees_with_rank_and_tier_and_gates(analysed: tuple[graphkoc.Store, graphkoc.Run]) -> None:
    people = analysed[1].people
    assert people["role"].isin(ROLES).all()
    assert people["role"].isin(RANKED).equals(people["rank"].notna())
    assert people["role"].isin(WIDE_ROLES).equals(people["tier"] == "wide")
    assert "kol" not in set(people["role"]), "no platform here states followers"
    assert (people["role"] == gates.roles(people, analysed[1].info["limits"])).all()
    assert {"koc", "wide"} <= set(people["role"])


def test_a_person_over_the_limit_who_passes_every_other_gate_is_widely_followed_everywhere(
    analysed: tuple[graphkoc.Store, graphkoc.Run],
) -> None:
    _, run = analysed
    person = run.person(KOL)
    others = ("person", "active", "creative", "unpaid")
    assert person["tier"] == "wide"
    assert "failed" not in [person[f"gate_{name}"] for name in others]
    assert (person["role"], person["label"]) == ("wide", "widely followed here")
    assert pd.isna(person["rank"])

    wide = set(run.people.loc[run.people["role"] == "wide", "consumer"])
    kocs = set(run.people.loc[run.people["role"] == "koc", "consumer"])
    listed = graphkoc.list_kocs(run, limit=None)
    assert {row["consumer"] for row in listed} == kocs
    assert {row["role"] for row in listed} == {"koc"}
    why = graphkoc.explain_consumer(run, KOL)
    assert (why["role"], why["rank"]) == ("wide", None)
    assert any("so this person is not a KOC" in caution for caution in why["cautions"])

    assert len(run.niches) == 2
    for niche in graphkoc.list_niches(run):
        inside = {row["consumer"] for row in graphkoc.list_members(run, niche["niche"])}
        assert (niche["kocs"], niche["kols"], niche["wide"]) == (len(inside & kocs), 0, len(inside & wide))
    for table in (run.reach, run.bridges):
        assert (table["role"] == table["consumer"].map(run.people.set_index("consumer")["role"])).all()
    assert set(run.reach.loc[run.reach["consumer"] == KOL, "role"]) == {"wide"}

    page = make_document(run)["sections"]
    assert page["people"]["count"] == len(kocs)
    assert {row["who"]["consumer"] for row in page["people"]["rows"]} == kocs
    kocs_inside = {row["id"]: row["kocs"] for row in page["niches"]["rows"] if row["kind"] == "niche"}
    assert kocs_inside == dict(zip(run.niches["niche"], run.niches["kocs"], strict=True))


def test_queries_of_the_graph_go_by_the_role_that_was_written_back(
    analysed: tuple[graphkoc.Store, graphkoc.Run],
) -> None:
    store, run = analysed
    written = store.read("MATCH (p:Person) RETURN p.consumer AS consumer, p.role AS role")
    assert written.set_index("consumer")["role"].to_dict() == run.people.set_index("consumer")["role"].to_dict()
    top = graphkoc.run_query(store, "top_kocs", limit=1000)
    assert top["consumer"].tolist() == run.kocs()["consumer"].tolist()
    reached: dict[str, Any] = graphkoc.run_query(store, "niche_reach").set_index("niche").to_dict("index")
    for niche in graphkoc.list_niches(run):
        row = reached[niche["niche"]]
        assert {part: row[part] for part in PARTS} == niche["parts"]
        assert sum(niche["parts"].values()) == row["people"] == niche["people"]
        assert niche["parts"]["reached_kol"] == round(niche["kol_reach"] * niche["people"])


def test_where_no_audience_is_known_the_people_are_possible_and_ranked(tmp_path: Any) -> None:
    few = crowd() | {"follows": crowd()["follows"].head(10)}
    with held(tmp_path / "one.lbug", few) as store:
        run = graphkoc.analyse(store, tmp_path / "run")
        assert len(graphkoc.run_query(store, "top_kocs", limit=1000)) == len(run.kocs())
    assert set(run.people["role"]) == {"possible"}
    assert run.people["rank"].notna().all()
    assert {row["role"] for row in graphkoc.list_kocs(run)} == {"possible"}
    assert make_document(run)["sections"]["people"]["count"] == len(run.kocs())
