"""User edits: renames and merges survive later runs, crashes and other writers, and can be undone."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import pandas as pd
import pytest
from edit_writers import AT, append_many, append_where_it_is_full
from hypothesis import given, settings
from hypothesis import strategies as st

from graphkoc.communities.tracking import follow
from graphkoc.errors import StoreError, UsageError
from graphkoc.runs.edited import edit_groups
from graphkoc.runs.edits import (
    FILE,
    Edit,
    Journal,
    append,
    edits_folder,
    merge_groups,
    read,
    rename_group,
    shown_ids,
    undo_edit,
)
from graphkoc.runs.run import Run
from graphkoc.runs.tables import shaped


def grouping(kind: str = "niche", **groups: range) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A table of groups and their people."""
    table = pd.DataFrame(
        {
            kind: list(groups),
            "name": [group.title() for group in groups],
            "people": [len(people) for people in groups.values()],
        }
    ).astype({kind: "str", "name": "str", "people": "int64"})
    rows = [(f"p{i:03}", group, 1 - i / 1000) for group, people in groups.items() for i in people]
    members = pd.DataFrame(rows, columns=["consumer", kind, "confidence"]).astype({"consumer": "str", kind: "str"})
    table = table.sort_values(["people", kind], ascending=[False, True], ignore_index=True)
    return table, members.sort_values(["consumer", "confidence"], ascending=[True, False], ignore_index=True)


def shown(folder: Path, run: str = "one", kind: str = "niche", **groups: range) -> Run:
    """A run of these groups with the edits applied."""
    table, members = edit_groups(read(folder), kind, *grouping(kind, **groups))
    members = members.rename(columns={kind: "group"}).assign(kind=kind)
    frames = {f"{kind}s": table, "members": shaped("members", members)}
    return Run(str(folder / run), {}, **frames)


GROUPS = {"tea": range(40), "toys": range(30, 60), "beds": range(60, 75)}


def named(folder: Path, **groups: range) -> dict[str, str]:
    run = shown(folder, **(groups or GROUPS))
    return dict(zip(run.niches["niche"], run.niches["name"], strict=True))


def test_without_edits_the_groups_are_as_found(tmp_path: Path) -> None:
    table, members = grouping(**GROUPS)
    edited = edit_groups(read(tmp_path), "niche", table, members)
    assert edited[0] is table
    assert edited[1] is members
    assert list(tmp_path.iterdir()) == []


def test_a_group_is_renamed_by_id_or_by_name_and_the_run_stays_as_it_was(tmp_path: Path) -> None:
    done = rename_group(shown(tmp_path, **GROUPS), "niche", "tea", "Tea  drinkers\n")
    assert (done.groups, done.name, done.run) == (("tea",), "Tea drinkers", "one")
    assert named(tmp_path) == {"tea": "Tea drinkers", "toys": "Toys", "beds": "Beds"}
    rename_group(shown(tmp_path, **GROUPS), "niche", "TEA drinkers", "茶")
    assert named(tmp_path)["tea"] == "茶"
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    line = json.loads((tmp_path / FILE).read_text(encoding="utf-8").splitlines()[1])
    assert line.pop("at") > AT
    assert line == {"kind": "niche", "verb": "rename", "groups": ["tea"], "name": "茶", "run": "one"}


def test_merged_groups_are_one_whose_people_are_counted_again(tmp_path: Path) -> None:
    merge_groups(shown(tmp_path, **GROUPS), "niche", ["toys", "tea"])
    run = shown(tmp_path, **GROUPS)
    assert run.niches.to_dict("list") == {"niche": ["toys", "beds"], "name": ["Toys", "Beds"], "people": [60, 15]}
    assert run.niches.dtypes.equals(grouping(**GROUPS)[0].dtypes)
    assert run.members["group"].value_counts().to_dict() == {"toys": 60, "beds": 15}
    assert not run.members.duplicated(["consumer", "group"]).any()
    assert run.members["consumer"].is_monotonic_increasing
    merge_groups(run, "niche", ["beds", "toys"])
    rename_group(shown(tmp_path, **GROUPS), "niche", "beds", "All")
    assert named(tmp_path) == {"beds": "All"}


def test_a_person_in_both_groups_keeps_the_higher_confidence(tmp_path: Path) -> None:
    table, members = grouping("circle", c1=range(20), c2=range(10, 30))
    members.loc[members["circle"] == "c1", "confidence"] = 0.4
    members.loc[members["circle"] == "c2", "confidence"] = 0.9
    merged = Journal((Edit(AT, "circle", "merge", ("c1", "c2")),))
    table, members = edit_groups(merged, "circle", table, members)
    assert members.groupby("confidence")["consumer"].count().to_dict() == {0.4: 10, 0.9: 20}
    assert table["people"].tolist() == [20], "the fringe of a circle is not counted among its people"


def test_a_merge_has_the_parent_of_its_highest_group() -> None:
    table, members = grouping(food=range(40), coffee=range(20), pour=range(10), tea=range(12))
    table["parent"] = table["niche"].map({"coffee": "food", "pour": "coffee", "tea": "food"}).astype("str")
    table["level"] = table["niche"].map(lambda niche: "niche" if niche == "food" else "finer").astype("str")

    def after(*groups: str) -> dict[str, tuple[object, object]]:
        edited, _ = edit_groups(Journal((Edit(AT, "niche", "merge", groups),)), "niche", table, members)
        return {row.niche: (None if pd.isna(row.parent) else row.parent, row.level) for row in edited.itertuples()}

    assert after("tea", "coffee") == {"food": (None, "niche"), "tea": ("food", "finer"), "pour": ("tea", "finer")}
    upside_down = after("coffee", "food")
    assert upside_down == {"coffee": (None, "niche"), "tea": ("coffee", "finer"), "pour": ("coffee", "finer")}


def test_undo_takes_back_the_newest_edit_of_its_kind_until_none_is_left(tmp_path: Path) -> None:
    rename_group(shown(tmp_path, **GROUPS), "niche", "tea", "Leaves")
    rename_group(shown(tmp_path, kind="circle", c1=range(10)), "circle", "c1", "Neighbours")
    merge_groups(shown(tmp_path, **GROUPS), "niche", ["tea", "beds"])
    assert named(tmp_path) == {"tea": "Leaves", "toys": "Toys"}
    assert str(undo_edit(shown(tmp_path, **GROUPS), "niche")) == "tea, beds are one"
    assert named(tmp_path) == {"tea": "Leaves", "toys": "Toys", "beds": "Beds"}
    assert str(undo_edit(shown(tmp_path, **GROUPS), "niche")) == "tea is called Leaves"
    assert named(tmp_path) == {"tea": "Tea", "toys": "Toys", "beds": "Beds"}
    with pytest.raises(UsageError, match="nothing to undo: no niche"):
        undo_edit(shown(tmp_path, **GROUPS), "niche")
    assert shown(tmp_path, kind="circle", c1=range(10)).circles["name"].tolist() == ["Neighbours"]
    assert len((tmp_path / FILE).read_text(encoding="utf-8").splitlines()) == 5, "nothing is ever removed"


def test_a_rename_survives_five_further_runs_a_merge_and_an_undo(tmp_path: Path) -> None:
    """The analysis calls its groups anew in each run, and people come and go."""
    before = None
    for number in range(6):
        members = grouping("circle", **{f"x{number}": range(number, 40 + number), f"a{number}": range(100, 130)})[1]
        followed = follow("circle", members, before, as_of=str(number))
        before = followed.lifelines
        now = {followed.ids[name]: people for name, people in ((f"x{number}", 40), (f"a{number}", 30))}
        groups = {
            group: range(number, people + number) if people == 40 else range(100, 130) for group, people in now.items()
        }
        run = shown(tmp_path, f"run{number}", "circle", **groups)
        names = dict(zip(run.circles["circle"], run.circles["name"], strict=True))
        if number == 0:
            assert followed.ids == {"a0": "c1", "x0": "c2"}
            rename_group(run, "circle", "c2", "Early birds")
        elif number == 3:
            assert names == {"c1": "C1", "c2": "Early birds"}
            merge_groups(run, "circle", ["c2", "c1"])
        elif number == 4:
            assert names == {"c2": "Early birds"}
            assert run.circles["people"].tolist() == [70]
            undo_edit(run, "circle")
        else:
            assert names == {"c1": "C1", "c2": "Early birds"}


def test_a_merge_lasts_as_long_as_two_of_its_groups_live() -> None:
    journal = Journal(
        (
            Edit(AT, "niche", "merge", ("tea", "toys", "beds")),
            Edit(AT, "niche", "rename", ("tea",), "Home"),
        )
    )
    assert shown_ids(journal, "niche", ["tea", "toys", "beds", "cars"]) == dict.fromkeys(
        ("tea", "toys", "beds"), "tea"
    ) | {"cars": "cars"}
    table, _ = edit_groups(journal, "niche", *grouping(toys=range(30), beds=range(40, 50)))
    assert table[["niche", "name", "people"]].to_numpy().tolist() == [["toys", "Home", 40]]
    table, _ = edit_groups(journal, "niche", *grouping(tea=range(30), cars=range(5)))
    assert table["name"].tolist() == ["Home", "Cars"], "which the id was given"
    table, _ = edit_groups(journal, "niche", *grouping(beds=range(30), cars=range(5)))
    assert table["name"].tolist() == ["Beds", "Cars"]
    table, _ = edit_groups(journal, "niche", *grouping(cars=range(30)))
    assert table["name"].tolist() == ["Cars"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "at least one visible character"),
        (" \n\t", "at least one visible character"),
        ("\ufe0f\u0301", "at least one visible character"),
        ("tea\x1b[2Jpot", "U+001B"),
        ("tea\0", "U+0000"),
        ("tea\u202egnp.exe", "U+202E"),
        ("tea\u200b", "U+200B"),
        ("\u3164", "U+3164"),
        ("\ud800", "U+D800"),
        ("x" * 10_000, "at most 80 characters, not 10,000"),
        ("TOYS", "toys is called TOYS already"),
        ("beds", "beds is called beds already"),
    ],
)
def test_a_name_that_cannot_be_read_or_is_taken_is_refused(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        rename_group(shown(tmp_path, **GROUPS), "niche", "tea", name)
    assert words in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "<script>alert(1)</script>", "手冲咖啡 ☕", "قهوة", "'; --", "-x"])
def test_a_readable_name_is_kept_as_it_is(tmp_path: Path, name: str) -> None:
    rename_group(shown(tmp_path, **GROUPS), "niche", "tea", name)
    assert named(tmp_path)["tea"] == name


def test_unknown_and_ambiguous_groups_are_named(tmp_path: Path) -> None:
    run = shown(tmp_path, **GROUPS)
    with pytest.raises(UsageError, match="there is no niche called 'cheese'"):
        rename_group(run, "niche", "cheese", "x")
    with pytest.raises(UsageError, match=r"there is no niche called 'x{80}…'"):
        merge_groups(run, "niche", ["tea", "x" * 10_000])
    with pytest.raises(UsageError, match="a merge takes two niches or more"):
        merge_groups(run, "niche", ["tea", "TEA", "tea"])
    run.niches["name"] = pd.Series(["Same", "Same", "Other"], dtype="str")
    with pytest.raises(UsageError, match="more than one niche is called same") as caught:
        merge_groups(run, "niche", ["same", "other"])
    assert caught.value.hint == "Name one: tea, toys."
    assert rename_group(run, "niche", "tea", "Leaves").groups == ("tea",)


GOOD = json.dumps({"at": AT, "kind": "niche", "verb": "rename", "groups": ["tea"], "name": "Leaves"}).encode()


@pytest.mark.parametrize(
    "line",
    [
        GOOD[:40],
        GOOD[:-1],
        b"\0" * 30,
        b"\xff\xfe",
        b"[" * 100_000,
        b"[]",
        b"7",
        b"{}",
        GOOD.replace(b"rename", b"delete"),
        GOOD.replace(b"niche", b"brand"),
        GOOD.replace(b'["tea"]', b'"tea"'),
        GOOD.replace(b'["tea"]', b'["tea", "toys"]'),
        GOOD.replace(b'["tea"]', b"[[1]]"),
        GOOD.replace(b"Leaves", b"\\u202eevil"),
        GOOD.replace(b'"Leaves"', b"null"),
    ],
)
@pytest.mark.parametrize("end", [b"", b"\n"])
def test_a_line_that_is_no_edit_is_ignored_and_the_next_is_written_after_it(
    tmp_path: Path, line: bytes, end: bytes
) -> None:
    (tmp_path / FILE).write_bytes(GOOD + b"\n" + line + end)
    assert named(tmp_path)["tea"] == "Leaves"
    rename_group(shown(tmp_path, **GROUPS), "niche", "toys", "Games")
    assert named(tmp_path) == {"tea": "Leaves", "toys": "Games", "beds": "Beds"}
    assert (tmp_path / FILE).read_bytes().startswith(GOOD + b"\n" + line + b"\n{")


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_crash_that_cuts_the_last_line_leaves_the_others(tmp_path: Path, cut: int) -> None:
    for name in ("Leaves", "Cups"):
        append(tmp_path, Edit(AT, "niche", "rename", ("tea",), name))
    whole = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(whole[:-cut])
    assert named(tmp_path)["tea"] == ("Cups" if cut == 1 else "Leaves")
    append(tmp_path, Edit(AT, "niche", "rename", ("beds",), "Sleep"))
    assert named(tmp_path)["beds"] == "Sleep"


def test_two_writers_do_not_mix_their_lines(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.starmap(append_many, [(tmp_path, 0), (tmp_path, 1)])
    edits = read(tmp_path).edits
    assert len(edits) == 80
    for writer in range(2):
        own = [edit.name for edit in edits if edit.groups == (f"g{writer}",)]
        assert [str(name).split()[0] for name in own] == [str(number) for number in range(40)]


@pytest.mark.parametrize("more", [0, 30])
def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path, more: int) -> None:
    append(tmp_path, Edit(AT, "niche", "rename", ("tea",), "Leaves"))
    before = (tmp_path / FILE).read_bytes()
    process = multiprocessing.get_context("spawn").Process(
        target=append_where_it_is_full, args=(tmp_path, len(before) + more)
    )
    process.start()
    process.join()
    assert process.exitcode == 0
    assert (tmp_path / FILE).read_bytes() == before


def test_a_file_that_cannot_be_read_or_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(StoreError, match="cannot be read: Is a directory"):
        read(tmp_path)
    with pytest.raises(StoreError, match="cannot be written: Is a directory"):
        append(tmp_path, Edit(AT, "niche", "undo"))


def test_the_file_of_edits_lies_beside_the_run_and_not_beside_a_link_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "runs" / "one").mkdir(parents=True)
    (tmp_path / "latest").symlink_to(tmp_path / "runs" / "one")
    assert edits_folder(tmp_path / "latest") == (tmp_path / "runs").resolve()
    monkeypatch.chdir(tmp_path)
    assert edits_folder(Path("runs/one")) == (tmp_path / "runs").resolve()


ids = st.sampled_from(["tea", "toys", "beds", "cars", "gone"])
edits = st.one_of(
    st.builds(Edit, st.just(AT), st.just("niche"), st.just("rename"), st.tuples(ids), st.sampled_from("AB")),
    st.builds(
        Edit,
        st.just(AT),
        st.just("niche"),
        st.just("merge"),
        st.lists(ids, min_size=2, max_size=4, unique=True).map(tuple),
    ),
)
undone = Edit(AT, "niche", "undo")
FRAMES = grouping(tea=range(40), toys=range(30, 60), beds=range(55, 75), cars=range(10))


@settings(max_examples=60)
@given(st.lists(edits, max_size=8), st.lists(edits, max_size=4))
def test_undone_edits_have_no_effect(kept: list[Edit], taken_back: list[Edit]) -> None:
    table, members = FRAMES
    plain = edit_groups(Journal(tuple(kept)), "niche", table, members)
    again = edit_groups(Journal((*kept, *taken_back, *[undone] * len(taken_back))), "niche", table, members)
    for one, other in zip(plain, again, strict=True):
        pd.testing.assert_frame_equal(one, other)
    nothing = edit_groups(Journal((*kept, *[undone] * (len(kept) + 2))), "niche", table, members)
    assert nothing[0] is table
    assert nothing[1] is members


@settings(max_examples=60)
@given(st.lists(edits, max_size=8))
def test_no_edit_loses_a_person_and_the_table_counts_them(made: list[Edit]) -> None:
    table, members = FRAMES
    shown_table, shown_members = edit_groups(Journal(tuple(made)), "niche", table, members)
    assert set(shown_members["consumer"]) == set(members["consumer"])
    assert not shown_members.duplicated(["consumer", "niche"]).any()
    sizes = shown_members["niche"].value_counts()
    assert shown_table.set_index("niche")["people"].to_dict() == sizes.to_dict()
    head = shown_ids(Journal(tuple(made)), "niche", table["niche"])
    assert set(head.values()) == set(shown_table["niche"])
    assert all(head[group] == group for group in head.values())
    for frame, before in ((shown_table, table), (shown_members, members)):
        assert frame.dtypes.equals(before.dtypes)
