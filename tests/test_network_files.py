"""The network of a run as files: what the analysis used, with everybody's place, for Gephi, networkx and igraph."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import igraph
import networkx
import numpy as np
import pytest
from report_pages import HOSTILE, complete

import graphkoc
from graphkoc.graph.drawing import DrawnNetwork
from graphkoc.graph.drawing.layout import place_people
from graphkoc.report.readers import Reader
from graphkoc.runs.roles import RANKED, WIDE_ROLES
from graphkoc.runs.run import UNDATED
from graphkoc.runs.tables import empty

VIZ = "{http://www.gexf.net/1.2draft/viz}"
MORE = ["\ufffe", "\ud83d", "a\tb\nc", "&amp;", "<!--", "'\"", "@SUM(A1)", "-1+1", "a" * 300, "\u2028", "\x7f\x85"]
MORE += ["ß\u0301", "\U0001f469\u200d\U0001f373", "]]>", "%s %d", "{}"]


@pytest.fixture(scope="module")
def network(small_run: graphkoc.Run) -> DrawnNetwork:
    return graphkoc.find_run(small_run.folder).network()


@pytest.fixture(scope="module")
def hostile(network: DrawnNetwork) -> DrawnNetwork:
    """A network whose people, niches and circles have names that nobody should have."""
    names: list[str | None] = [*(name or "" for name in HOSTILE), *MORE]
    ids = [f"csv:{name[:50]}" for name in names if name is not None]
    ids = [*dict.fromkeys(ids), *(f"csv:{place}" for place in range(len(network)))]
    return replace(
        network,
        ids=np.array(ids[: len(network)], dtype=object),
        names=[*names, *network.names][: len(network)],
        niches=[f"{name}"[:60] for name in names[: len(network.niches)]],
        circles=MORE[: len(network.circles)],
        notice="</gexf> & \x00",
    )


def test_it_is_the_network_that_the_analysis_used(small_run: graphkoc.Run, network: DrawnNetwork) -> None:
    people = small_run.people.set_index("consumer")
    assert network.ids.tolist() == people.index.tolist()
    np.testing.assert_array_equal(network.followers, people["audience"])
    pairs = zip(network.ids[network.source], network.ids[network.target], strict=True)
    follows = small_run.read_follows
    assert list(pairs) == list(zip(follows["followee"], follows["follower"], strict=True))
    assert network.weight.tolist() == follows["weight"].tolist()


def test_a_stored_run_and_one_in_memory_have_the_same(small_run: graphkoc.Run, network: DrawnNetwork) -> None:
    other = small_run.replaced(read_follows=small_run.read_follows, people=small_run.people).network()
    np.testing.assert_array_equal(network.source, other.source)
    np.testing.assert_array_equal(network.target, other.target)
    assert network.names == other.names


def test_a_damaged_table_of_follows_is_one_sentence(small_run: graphkoc.Run, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(small_run.folder, tmp_path / "run"))
    follows = folder / "read_follows.parquet"
    follows.write_bytes(follows.read_bytes()[:-100])
    with pytest.raises(graphkoc.UsageError, match=r"is damaged: read_follows\.parquet"):
        graphkoc.find_run(str(folder)).network()


def test_engagements_weigh_what_was_engaged_with(small_run: graphkoc.Run) -> None:
    follows = small_run.read_follows.assign(weight=np.arange(1.0, len(small_run.read_follows) + 1))
    assert small_run.replaced(read_follows=follows).network().weight.tolist() == follows["weight"].tolist()


def test_only_ranked_and_wide_people_have_names(small_run: graphkoc.Run, network: DrawnNetwork) -> None:
    named = small_run.people["role"].isin([*RANKED, *WIDE_ROLES])
    assert [name is not None for name in network.names] == named.tolist()
    assert [mark != "other" for mark in network.marks] == named.tolist()


def test_people_of_a_niche_are_inside_its_bubble_and_all_others_around(
    small_run: graphkoc.Run, network: DrawnNetwork
) -> None:
    bubbles = small_run.bubbles[small_run.bubbles["kind"] == "niche"].set_index("group")
    scale = 10 * np.sqrt(len(network))
    for place, niche in enumerate(small_run.niches["niche"]):
        bubble = bubbles.loc[niche]
        inside = network.niche == place
        away = np.hypot(network.x[inside] / scale - bubble["x"], network.y[inside] / scale - bubble["y"])
        assert inside.any()
        assert (away <= bubble["radius"]).all()


def test_people_of_a_finer_niche_stand_in_the_one_that_it_is_inside(small_run: graphkoc.Run) -> None:
    divided = complete(small_run)
    first = str(divided.niches["niche"].iloc[0])
    people = small_run.people.assign(
        niche=small_run.people["niche"].mask(small_run.people["niche"] == first, f"{first}/a")
    )
    assert f"{first}/a" in set(divided.niches["niche"])
    assert divided.replaced(people=people).network().niche.tolist() == small_run.network().niche.tolist()
    assert divided.network().niches == small_run.network().niches


def test_a_group_that_is_named_after_somebody_without_a_name_has_its_id(small_run: graphkoc.Run) -> None:
    nameless = small_run.people.loc[small_run.people["role"] == "none", "consumer"].iloc[0]
    circles = small_run.circles.assign(name=f"People around {nameless}")
    assert small_run.replaced(circles=circles).network().circles == small_run.circles["circle"].tolist()


def test_a_run_without_dates_groups_and_follows_has_a_network_too(small_run: graphkoc.Run) -> None:
    counts = small_run.info["counts"] | {"first_review": UNDATED}
    people = small_run.people.assign(niche=None, circle=None)
    none = {name: empty(name) for name in ("niches", "circles", "bubbles", "read_follows")}
    network = small_run.replaced(info=small_run.info | {"counts": counts}, people=people, **none).network()
    assert network.as_of is None
    assert len(network.source) == 0
    assert len({*zip(network.x.tolist(), network.y.tolist(), strict=True)}) == len(network)
    assert "All 60 people and all 0 ties are drawn." in network.explorer()


def test_people_without_a_niche_stand_around_all_bubbles() -> None:
    bubbles = np.array([[0.0, 0.0, 0.8], [1.4, 0.0, 0.6]])
    niche = np.repeat([0, 1, -1], [64, 36, 50])
    x, y = place_people(niche, np.full(150, -1), np.arange(150), bubbles, width=1.0)
    x, y = x / np.sqrt(150), y / np.sqrt(150)
    for across, down, radius in bubbles:
        assert (np.hypot(x[100:] - across, y[100:] - down) > radius).all()
    assert len({*zip(x.tolist(), y.tolist(), strict=True)}) == 150, "nobody stands on another"
    middle = np.argmin(np.hypot(x[:64], y[:64]))
    assert middle == 63, "who has most ties stands in the middle"
    nowhere = place_people(np.full(0, -1), np.full(0, -1), np.zeros(0, dtype=int), bubbles)
    assert [len(one) for one in nowhere] == [0, 0]


def test_gexf_has_places_colours_and_sizes_of_the_picture(network: DrawnNetwork, tmp_path: Path) -> None:
    root = ET.parse(network.write_gexf(tmp_path / "network.gexf")).getroot()
    nodes = list(root.iter("{http://www.gexf.net/1.2draft}node"))
    for node, x, y, size, colour in zip(nodes, network.x, network.y, network.sizes, network.colours, strict=True):
        place, paint = node.find(f"{VIZ}position"), node.find(f"{VIZ}color")
        assert place is not None
        assert paint is not None
        assert (float(place.attrib["x"]), float(place.attrib["y"])) == (x, -y)
        assert float(node.find(f"{VIZ}size").attrib["value"]) == size  # type: ignore[union-attr]
        assert [int(paint.attrib[one]) for one in "rgb"] == colour.tolist()


@pytest.mark.parametrize("suffix", ["gexf", "graphml"])
def test_networkx_reads_what_was_written(network: DrawnNetwork, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"network.{suffix}"
    graph = read(network, path)
    assert list(graph) == network.ids.tolist()
    ends = zip(network.ids[network.source], network.ids[network.target], network.weight, strict=True)
    assert {*graph.edges(data="weight")} == {*ends}
    labels = [graph.nodes[one].get("label") for one in network.ids]
    assert [label or None for label in labels] == network.names
    ranks = [graph.nodes[one].get("rank") for one in network.ids]
    assert ranks == network.ranks


def read(network: DrawnNetwork, path: Path) -> networkx.DiGraph:
    if path.suffix == ".gexf":
        return networkx.read_gexf(network.write_gexf(path))
    return networkx.read_graphml(network.write_graphml(path))


@pytest.mark.parametrize("suffix", ["gexf", "graphml"])
def test_hostile_names_are_read_as_text(hostile: DrawnNetwork, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"network.{suffix}"
    graph = read(hostile, path)
    assert (len(graph), graph.number_of_edges()) == (len(hostile), len(hostile.source))
    found = [graph.nodes[one].get("label") for one in graph]
    plain = [
        (place, name) for place, name in enumerate(hostile.names) if name and name.isascii() and name.isprintable()
    ]
    assert [found[place] for place, _ in plain] == [name for _, name in plain]
    if suffix == "graphml":
        again = igraph.Graph.Read_GraphML(str(path))
        assert (again.vcount(), again.ecount()) == (len(hostile), len(hostile.source))
        labels = [graph.nodes[one].get("label", "") for one in graph]
        # igraph does not read an & in an id, only one in a text.
        assert again.vs["label"] == labels


@pytest.mark.parametrize("suffix", ["gexf", "graphml"])
def test_people_of_whom_nothing_is_known_are_written_too(network: DrawnNetwork, tmp_path: Path, suffix: str) -> None:
    nothing, nowhere = [None] * len(network), np.full(len(network), -1)
    known: dict[str, Any] = {"names": nothing, "tiers": nothing, "ranks": nothing}
    groups: dict[str, Any] = {"niche": nowhere, "niches": [], "circle": nowhere, "circles": []}
    graph = read(replace(network, **known, **groups), tmp_path / f"network.{suffix}")
    assert len(graph) == len(network)
    assert not {"niche", "circle", "tier", "rank"} & {key for _, values in graph.nodes(data=True) for key in values}


def test_ids_that_differ_only_in_what_xml_does_not_know_stay_apart(network: DrawnNetwork, tmp_path: Path) -> None:
    ids = network.ids.copy()
    ids[:3] = ["a\x01", "a\x02", "a\ufffd"]
    assert len(read(replace(network, ids=ids), tmp_path / "network.gexf")) == len(network)


def test_a_client_sees_neither_ids_nor_names_of_those_who_have_not_accepted(small_run: graphkoc.Run) -> None:
    mine = graphkoc.draw_network(small_run)
    theirs = graphkoc.draw_network(small_run, "en", Reader("client"))
    text = b"".join(map(bytes, [*write(theirs, "gexf"), *write(theirs, "graphml")])).decode()
    for consumer, name in zip(mine.ids, mine.names, strict=True):
        assert f'"{consumer}"' not in text
        assert name is None or f'"{name}"' not in text
    assert "KOC 01" in text
    assert theirs.x.tolist() == mine.x.tolist()


def write(network: DrawnNetwork, suffix: str) -> list[bytes]:
    from graphkoc.graph.drawing.gexf import list_gexf
    from graphkoc.graph.drawing.graphml import list_graphml

    return list(list_gexf(network) if suffix == "gexf" else list_graphml(network))


def test_chinese_files_name_groups_as_the_chinese_report(small_run: graphkoc.Run) -> None:
    assert graphkoc.draw_network(small_run, "zh").niches == graphkoc.draw_network(small_run).niches
    with pytest.raises(graphkoc.UsageError):
        graphkoc.draw_network(small_run, "xx")


@pytest.mark.parametrize("suffix", ["gexf", "graphml", "html"])
def test_the_command_writes_the_same_bytes_in_another_time_zone_and_locale(
    small_run: graphkoc.Run, tmp_path: Path, suffix: str
) -> None:
    written = []
    for place, more in enumerate(({}, {"TZ": "Asia/Shanghai", "LC_ALL": "de_DE.UTF-8", "PYTHONHASHSEED": "7"})):
        path = tmp_path / f"{place}.{suffix}"
        command = [sys.executable, "-m", "graphkoc", "export", small_run.folder, "-o", str(path)]
        done = subprocess.run(command, env=os.environ | more, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "60 people, 628 ties" in done.stdout
        written.append(path.read_bytes())
    assert written[0] == written[1]
    assert suffix == "html" or ET.parse(io.BytesIO(written[0]))


def test_a_file_that_cannot_be_written_is_one_sentence(network: DrawnNetwork, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(graphkoc.StoreError, match="the network cannot be written to"):
        network.write_gexf(tmp_path / "file" / "network.gexf")
