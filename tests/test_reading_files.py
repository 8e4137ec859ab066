"""A source's views from folders, archives and documents: each row is in a view or rejected with a reason, and each file
is read or listed as unread."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import shutil
import struct
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sources import fixture, read

from graphkoc.capture import load, sources
from graphkoc.capture.reading import bounds, places, views
from graphkoc.capture.reading import files as reading_files
from graphkoc.capture.reading.views import View
from graphkoc.capture.recognise import recognise
from graphkoc.errors import DataError

POSTS = View("posts", ("t/*.json", "*.jsonl"), ("id",), ("text",), "stream.posts", (("topic", "title"),))
USERS = View("users", ("*.json", "*.jsonl"), ("user",))
SIZES = View("sizes", ("sizes_*.csv", "{shop}/sizes.csv"), ("sku", "size"), ("colour",))
VIEWS = {view.name: view for view in (POSTS, USERS, SIZES)}
TOPIC = {"title": "Tea", "stream": {"posts": [{"id": 1, "text": "hot"}, {"id": 2}, {"text": "no id"}, 7]}}


def written(folder: Path, **files: Any) -> Path:
    """Files of these contents; a name has __ for / and ends without its suffix's dot: t__1_json."""
    for name, value in files.items():
        *parts, suffix = name.rsplit("_", 1)
        path = folder / (parts[0].replace("__", "/") + "." + suffix)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(value if isinstance(value, bytes) else json.dumps(value).encode())
    return folder


def gathered(*paths: Path, asked: str | None = None) -> reading_files.GatheredFiles:
    return reading_files.gather_files(paths, VIEWS, asked=asked)


def rows(found: reading_files.GatheredFiles, view: str) -> list[dict[str, Any]]:
    return [row for file in found.files[view] for row in file.table.to_pylist()]


def bad(found: reading_files.GatheredFiles) -> list[tuple[str, int, str]]:
    return sorted((b.file, b.row, b.reason) for files in found.files.values() for file in files for b in file.bad)


# --- documents ------------------------------------------------------------------------------------------


def test_a_list_in_a_document_is_rows_with_what_stands_round_it(tmp_path: Path) -> None:
    found = gathered(written(tmp_path, t__1_json=TOPIC))
    assert rows(found, "posts") == [
        {"id": "1", "text": "hot", "topic": "Tea", "_file": "t/1.json", "_row": 1},
        {"id": "2", "text": None, "topic": "Tea", "_file": "t/1.json", "_row": 2},
    ]
    assert bad(found) == [("t/1.json", 3, "it has no id"), ("t/1.json", 4, "it is not a JSON object")]
    assert found.files["users"] == []


@pytest.mark.parametrize("name", ["many_json", "many_jsonl"])
def test_a_list_of_documents_and_a_document_a_line_are_the_same(tmp_path: Path, name: str) -> None:
    documents = [{"user": {"name": "ann"}}, {"stream": {"posts": [{"id": 1}]}}, {"user": None}, {"errors": ["no"]}]
    lines = "\n\n".join(map(json.dumps, documents)).encode()
    found = gathered(written(tmp_path, **{f"t__{name}": documents if name.endswith("json") else lines}))
    assert [(row["user"], row["_row"]) for row in rows(found, "users")] == [('{"name": "ann"}', 1), (None, 3)]
    assert [row["_row"] for row in rows(found, "posts")] == [2]
    assert [(row, reason) for _, row, reason in bad(found)] == [(4, "it has no stream.posts and no user")]


def test_one_document_may_bring_rows_to_several_views(tmp_path: Path) -> None:
    found = gathered(written(tmp_path, t__1_json={"user": {}, "stream": {"posts": [{"id": 1}]}}))
    assert ([row["_row"] for row in rows(found, "posts")], [row["_row"] for row in rows(found, "users")]) == ([1], [2])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (json.dumps(TOPIC).encode()[:40], "it is not JSON: "),
        (b"", "it is empty"),
        (b"\xef\xbb\xbf \n", "it is empty"),
        (b'[{"user": 1', "the list breaks off or is damaged: Expecting ',' delimiter at line 1, column 12; 0 before"),
        (b'{"user": 1, "user": 2}', "it is not JSON: two values have one name"),
        (b'"text"', "it is not a JSON object"),
        (b"<html></html>", "it is not JSON: "),
        (b'{"user": "\\u0000"}', "it holds a NUL byte"),
        (b'{"user": "\\ud800"}', "it holds bytes or half characters"),
        (b'{"user": ' + b"[" * 900 + b"]" * 900 + b"}", ""),
        (b'{"user": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "it is not JSON: "),
        (b'{"user": "\xe9\xa9"}', "it is not UTF-8, and its encoding is not certain"),
        (b'{"user": ' + b"9" * 5000 + b"}", "it is not JSON: "),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_broken_document_is_one_reject_and_the_others_load(tmp_path: Path, data: bytes, reason: str) -> None:
    found = gathered(written(tmp_path, t__1_json=TOPIC, broken_json=data))
    assert len(rows(found, "posts")) == 2
    wrong = [why for file, _, why in bad(found) if file == "broken.json"]
    assert [why[: len(reason)] for why in wrong] == [reason][: len(wrong)]
    assert len(wrong) + sum(row["_file"] == "broken.json" for row in rows(found, "users")) == 1


@pytest.mark.parametrize(
    ("data", "users", "reasons"),
    [
        (b'[{"user": 1}][{"user": 2}]', ["1", "2"], []),
        (b'[{"user": 1}]\n\n[{"user": 2}, {"user": 3}]\n', ["1", "2", "3"], []),
        (b'{\n"user": 1}\n{\n"user": 2}', ["1", "2"], []),
        (b'{"user": 1}[{"user": 2}]', ["1", "2"], []),
        (b'[{"user": 1}] [', ["1"], ["the list breaks off or is damaged: Expecting value at line 1, column 16; 1"]),
        (b'[{"user": 1}]\n...', ["1"], ["what follows is not JSON: Expecting value at line 2, column 1; 1 before"]),
        (b'[{"user": 1, "user": 2}, {"user": 3}]', ["3"], ["it is not JSON: two values have one name"]),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_follows_the_first_value_of_a_document_is_read_or_named_with_its_place(
    tmp_path: Path, data: bytes, users: list[str], reasons: list[str]
) -> None:
    found = gathered(written(tmp_path, a_json=data))
    assert [row["user"] for row in rows(found, "users")] == users
    assert [why[: len(reason)] for (_, _, why), reason in zip(bad(found), reasons, strict=True)] == reasons


def test_whatever_its_depth_a_document_is_a_row_or_a_reject(tmp_path: Path) -> None:
    for depth in range(0, 1100, 7):
        nest = b"[" * depth + b"]" * depth
        written(
            tmp_path,
            **{f"deep__d{depth}_json": b'{"user": %s}' % nest, f"deep__d{depth}_jsonl": b'{"user": [%s]}' % nest},
        )
        written(tmp_path, **{f"t__d{depth}_json": b'{"title": [%s], "stream": {"posts": [{"id": 1}]}}' % nest})
    found = gathered(tmp_path)
    assert len(rows(found, "users")) + len(rows(found, "posts")) + len(bad(found)) == 3 * len(range(0, 1100, 7))
    assert {reason.partition(":")[0] for _, _, reason in bad(found)} <= {"it is not JSON", "it is nested too deeply"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_documents_have_encodings_too(tmp_path: Path, encoding: str) -> None:
    content = json.dumps({"user": "张伟，非常好用，味道也很香，会再次购买"}, ensure_ascii=False)
    found = gathered(written(tmp_path, a_json=content.encode(encoding)))
    assert rows(found, "users")[0]["user"].startswith("张伟")


def test_a_packed_document_that_was_cut_off_is_one_reject(tmp_path: Path) -> None:
    whole = lzma.compress(json.dumps({"user": "ann" * 5000}).encode())
    (tmp_path / "a.json.xz").write_bytes(whole)
    (tmp_path / "b.json.xz").write_bytes(whole[:-20])
    (tmp_path / "c.json.gz").write_bytes(gzip.compress(json.dumps({"user": "bob"}).encode()))
    found = gathered(tmp_path)
    assert [row["_file"] for row in rows(found, "users")] == ["a.json.xz", "c.json.gz"]
    assert [file for file, _, reason in bad(found) if "damaged or cut off" in reason] == ["b.json.xz"]


def test_a_document_larger_than_the_memory_should_hold_is_a_reject(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "LIMITS", replace(bounds.LIMITS, document=2**20))
    found = gathered(written(tmp_path, a_json={"user": 1}, b_json={"user": "x" * 2**20}))
    assert bad(found) == [("b.json", 1, "it is larger than 1 MB")]


def test_many_documents_are_counted_as_the_innermost_folder_that_has_many(tmp_path: Path) -> None:
    for number in range(places.FEW + 1):
        written(tmp_path, **{f"all__t__{number}_json": {"stream": {"posts": [{"id": number}]}}})
        written(tmp_path, **{f"all__u__{number}__about_json": {"user": number}, f"all__{number}_txt": b"unread"})
    written(tmp_path, all__u__0__more_json={"user": 1}, all__one_json={"user": 1})
    found = gathered(tmp_path / "all")
    assert [file.name for file in found.files["posts"]] == ["t/"]
    assert sorted((file.name, file.read) for file in found.files["users"]) == [
        ("one.json", 1),
        ("u/", places.FEW + 2),
    ]
    assert len({row["_file"] for row in rows(found, "posts")}) == places.FEW + 1
    inside = gathered(tmp_path / "all" / "u")
    assert [file.name for file in inside.files["users"]] == ["u/"]


# --- tables and folders ---------------------------------------------------------------------------------


def test_patterns_fit_the_end_of_a_path_and_name_parts_of_it(tmp_path: Path) -> None:
    table = b"sku,Size,colour,price\n1,L,red,9\n"
    written(tmp_path, deep__er__shop_a__sizes_csv=table, x__sizes_2024_csv=b"SIZE,sku\nM,2\n")
    found = gathered(tmp_path)
    assert sorted((row["sku"], row["size"], row["shop"]) for row in rows(found, "sizes")) == [
        ("1", "L", "shop_a"),
        ("2", "M", None),
    ]
    assert "price" not in {name for file in found.files["sizes"] for name in file.columns}


@pytest.mark.parametrize(
    ("pattern", "path", "caught"),
    [
        ("t/*.json", "/a/t/12.json", {}),
        ("t/*.json", "/a/t/12.json.xz", {}),
        ("t/*.json", "/a/t/b/12.json", None),
        ("t/*.json", "/a/at/12.json", None),
        ("*.json.xz", "/a/12.json", None),
        ("{who}/follow/*.json", "/u/ann/follow/followers.json", {"who": "ann"}),
        ("{who}-####.json", "ann-b-2024.json", {"who": "ann-b"}),
        ("a?.c+v", "x/ab.c+v", {}),
        ("a?.c+v", "x/ab.ccv", None),
    ],
)
def test_patterns(pattern: str, path: str, caught: dict[str, str] | None) -> None:
    assert View("v", (pattern,), ()).caught(path) == caught


def test_files_that_belong_to_no_view_are_listed_as_unread(tmp_path: Path) -> None:
    written(tmp_path, a_json={"user": 1}, photo_jpg=b"\xff", notes_txt=b"x", more__b_csv=b"a\n1\n")
    (tmp_path / ".hidden.json").write_text("{}")
    (tmp_path / "graphkoc-rejects-x.csv").write_text("a\n")
    (tmp_path / "more" / "loop").symlink_to(tmp_path)
    assert set(gathered(tmp_path).unread) == {"more/b.csv", "notes.txt", "photo.jpg"}


@pytest.mark.parametrize("name", ["a.xlsx", "a.zip", "a.tar.gz", "reviews.xlsx", "reviews.tsv.gz"])
@pytest.mark.parametrize("source", ["amazon", "csv"])
def test_a_broken_file_beside_others_is_named_and_the_others_load(tmp_path: Path, name: str, source: str) -> None:
    if source == "csv":
        (tmp_path / "follows.csv").write_text("follower,followee\nann,bob\n")
    else:
        shutil.copytree(fixture(source), tmp_path, dirs_exist_ok=True)
    before = read(source, tmp_path)
    (tmp_path / name).write_bytes(b"PK no workbook")
    after = read(source, tmp_path)
    assert [count.file for count in after.files] == [count.file for count in before.files]
    assert [one.file for one in after.unread if one not in before.unread] == [name]


def test_of_a_table_that_turns_out_to_be_broken_no_row_is_left(tmp_path: Path) -> None:
    shutil.copytree(fixture("amazon"), tmp_path, dirs_exist_ok=True)
    before = read("amazon", tmp_path)
    lines = (tmp_path / "untouched_kettles.tsv").read_bytes().splitlines(keepends=True)
    others = (line.replace(b"\tR", b"\t%dR" % number) for number in range(90_000) for line in lines[1:2])
    (tmp_path / "cut.tsv.gz").write_bytes(gzip.compress(b"".join([lines[0], *others]), mtime=0)[:-20])
    after = read("amazon", tmp_path)
    assert [one.file for one in after.unread] == ["cut.tsv.gz"]
    assert after.tables["reviews"].equals(before.tables["reviews"])


def test_the_files_of_units_are_found_without_comparing_each_with_each() -> None:
    units = [f"more/a{number}.xlsx/notes" for number in range(20_000)] + ["/data/b.zip/c/d.csv", "e.csv"]
    found = places.list_files(units)
    assert {"more/a7.xlsx", "/data/b.zip", "e.csv"} <= found
    assert "more/a" not in found


def test_a_path_given_twice_is_read_once_and_names_stay_apart(tmp_path: Path) -> None:
    written(tmp_path, one__a_json={"user": 1}, two__a_json={"user": 2})
    found = gathered(tmp_path / "one", tmp_path / "two", tmp_path / "one" / "a.json")
    assert len({row["_file"] for row in rows(found, "users")}) == 2


def test_a_table_without_a_column_that_it_must_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"sizes_1\.csv has no column 'size', which every file of sizes must have"):
        gathered(written(tmp_path, sizes_1_csv=b"sku,farbe\n1,rot\n"))


def test_where_nothing_belongs_to_a_view_the_patterns_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is nothing to read in") as caught:
        gathered(written(tmp_path, notes_txt=b"x"))
    assert "t/*.json" in caught.value.hint
    with pytest.raises(DataError, match="there is no file or folder"):
        gathered(tmp_path / "nowhere")


# --- archives -------------------------------------------------------------------------------------------


FILES = {
    "dump/t/1.json": json.dumps(TOPIC).encode(),
    "dump/a.json": b'{"user": 1}',
    "dump/shop/sizes.csv": "sku,size\n1,ß\n".encode(),
    "dump/photo.jpg": b"\xff",
    "dump/._a.json": b"junk",
    "__MACOSX/a.json": b"junk",
}


def packed(path: Path, files: dict[str, bytes] = FILES) -> Path:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
    else:
        mode = {".tar": "w", ".gz": "w:gz", ".tgz": "w:gz", ".xz": "w:xz"}[path.suffix]
        with tarfile.open(path, mode) as archive:
            for name, data in files.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
    return path


@pytest.mark.parametrize("name", ["x.tar", "x.tar.gz", "x.tgz", "x.tar.xz", "x.zip", "X.ZIP"])
def test_an_archive_is_read_as_the_folder_that_it_is(tmp_path: Path, name: str) -> None:
    found = gathered(packed(tmp_path / (name if name != "X.ZIP" else "X.zip")))
    name = name if name != "X.ZIP" else "X.zip"
    assert [(row["id"], row["_file"]) for row in rows(found, "posts")] == [
        ("1", f"{name}/dump/t/1.json"),
        ("2", f"{name}/dump/t/1.json"),
    ]
    assert [(row["size"], row["shop"]) for row in rows(found, "sizes")] == [("ß", "shop")]
    assert {file.name for view in ("posts", "users") for file in found.files[view]} == {name}
    assert [*found.unread] == [f"{name}/dump/photo.jpg"]
    assert [path.name for path in tmp_path.iterdir()] == [name]


@given(
    st.lists(
        st.sampled_from(["a.json", "a.json (2)/a.json", "../../a.json", "/etc/a.json", "a\n.json", "a\t.json"]),
        max_size=4,
    )
)
def test_a_members_name_is_only_a_name(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    folder = tmp_path_factory.mktemp("names")
    with tarfile.open(folder / "x.tar", "w") as archive:
        for name in ["b.json", *names]:
            info = tarfile.TarInfo(name)
            info.size = 11
            archive.addfile(info, io.BytesIO(b'{"user": 1}'))
    found = gathered(folder / "x.tar")
    labels = [row["_file"] for row in rows(found, "users")]
    assert len(labels) == len(set(labels)) == len(names) + 1
    assert all(label.isprintable() for label in labels)
    assert [path.name for path in folder.iterdir()] == ["x.tar"]


def test_links_and_devices_are_not_followed(tmp_path: Path) -> None:
    secret = written(tmp_path, secret_json={"user": "secret"}) / "secret.json"
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        info = tarfile.TarInfo("a.json")
        info.size = 11
        archive.addfile(info, io.BytesIO(b'{"user": 1}'))
        for kind, name in ((tarfile.SYMTYPE, "b.json"), (tarfile.LNKTYPE, "c.json"), (tarfile.FIFOTYPE, "d.json")):
            link = tarfile.TarInfo(name)
            link.type, link.linkname = kind, str(secret)
            archive.addfile(link)
    link = zipfile.ZipInfo("e.json")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "y.zip", "w") as zipped:
        zipped.writestr(link, str(secret))
        zipped.writestr("f.json", '{"user": 2}')
    found = gathered(tmp_path / "x.tar", tmp_path / "y.zip")
    assert [row["user"] for row in rows(found, "users")] == ["1", "2"]
    assert set(found.unread) == {"x.tar/b.json", "x.tar/c.json", "x.tar/d.json", "y.zip/e.json"}
    known = {one.file: one.reason for one in recognise([tmp_path], [*sources.sources().values()])}
    reasons = {reason for where in (found.unread, known) for file, reason in where.items() if file in found.unread}
    assert reasons == {"it is a link, a device or a file with holes, none of which is read in an archive"}


def test_an_archive_that_unpacks_to_more_than_text_can_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "LIMITS", replace(bounds.LIMITS, free=10_000))
    for name in ("x.tar.xz", "x.zip", "x.tar.gz"):
        with pytest.raises(DataError, match="unpacks to more than 200 times its size"):
            gathered(packed(tmp_path / name, {"a.json": b" " * 5_000_000 + b'{"user": 1}'}))


@pytest.mark.parametrize(("method", "name"), [(zipfile.ZIP_BZIP2, "bzip2"), (zipfile.ZIP_LZMA, "LZMA")])
def test_a_zip_that_can_only_be_unpacked_whole_is_refused(tmp_path: Path, method: int, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", method) as archive:
        archive.writestr("a.json", '{"user": 1}')
    data = bytearray((tmp_path / "x.zip").read_bytes())
    struct.pack_into("<L", data, data.rfind(b"PK\1\2") + 24, 1)  # its list may state any size
    (tmp_path / "y.zip").write_bytes(data)
    for file in ("x.zip", "y.zip"):
        with pytest.raises(DataError, match=f"is packed in a way that cannot be read: by {name}"):
            gathered(tmp_path / file)


def test_a_locked_zip_is_refused(tmp_path: Path) -> None:
    data = bytearray(packed(tmp_path / "x.zip", {"a.json": b'{"user": 1}'}).read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(DataError, match="is locked with a password"):
        gathered(tmp_path / "x.zip")


@pytest.mark.parametrize("name", ["x.tar", "x.tar.gz", "x.tar.xz", "x.zip"])
@given(st.data())
def test_wherever_an_archive_is_cut_off_it_is_refused(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    whole = packed(folder / name, {f"t/{n}.json": json.dumps(TOPIC).encode() for n in range(3)}).read_bytes()
    # A tar's end mark is followed by as much padding again, which nobody misses.
    end = len(whole.rstrip(b"\0")) if name == "x.tar" else len(whole)
    (folder / name).write_bytes(whole[: data.draw(st.integers(0, end - 1))])
    with pytest.raises(DataError, match=r"damaged or cut off|cannot be read|nothing to read"):
        gathered(folder / name)


@pytest.mark.parametrize("name", ["x.tar", "x.tar.gz", "x.tar.xz", "x.zip"])
@given(st.data())
def test_whatever_bit_of_an_archive_is_wrong_no_row_is_lost_in_silence(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("flipped")
    whole = bytearray(packed(folder / name, {f"t/{n}.json": json.dumps(TOPIC).encode() for n in range(3)}).read_bytes())
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    (folder / name).write_bytes(whole)
    try:
        found = gathered(folder / name)
    except DataError:
        return
    members = {row["_file"] for row in rows(found, "posts")} | {file for file, *_ in bad(found)} | {*found.unread}
    assert len(members) == 3


# --- what files.toml may say ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[a", "is not TOML"),
        ("[a]\nfiles = ['*.csv']", "needs files and must"),
        ("[a]\nfiles = ['*.csv']\nmust = []\nmoust = []", "needs files and must"),
        ("[a]\nfiles = '*.csv'\nmust = []", "lists of texts"),
        ("[a]\nfiles = ['*.csv']\nmust = [1]", "lists of texts"),
        ("['a b']\nfiles = ['*.csv']\nmust = []", "is a plain word"),
        ("[a]\nfiles = ['*.csv']\nmust = []\nlookup = 'yes'", "is a plain word"),
        ("[a]\nfiles = ['{x}.csv']\nmust = ['X']", "two columns called 'X'"),
        ("[a]\nfiles = ['*.csv']\nmust = ['_row']", "two columns called '_row'"),
        ("[a]\nfiles = ['{x}{x}.csv']\nmust = []", "has the same {name} twice"),
        ("[a]\nfiles = ['{1}.csv']\nmust = []", "or one that is no plain word"),
        ("[a]\nfiles = ['*.csv']\nmust = ['']", "has a column without a name"),
        ('[a]\nfiles = ["*.csv"]\nmust = ["b\\u0000"]', "with a NUL byte in it"),
        ("[a]\nfiles = ['*.csv']\nmust = []\nreading = 'loose'", "read by the places of its columns, and has none"),
        ("[a]\nfiles = ['*.csv']\nmust = []\n[A]\nfiles = ['*.csv']\nmust = []", "has two views called 'a'"),
        (f"a = {'[' * 5000}", "nested too deeply"),
        (f"a = {'{a = ' * 3000}", "nested too deeply"),
        (f"a = {'9' * 5000}", "is not TOML"),
        ("a = '\udcff'", "is not TOML"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_wrong_files_toml_is_refused(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "files.toml").write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(DataError, match=words):
        views.read_views(tmp_path)


def shop(folder: Path, select: str, files: str) -> sources.Source:
    (folder / "shop").mkdir()
    (folder / "shop" / "README.md").write_text("# shop\n\nFollows of a shop.\n")
    (folder / "shop" / "follows.sql").write_text(select)
    (folder / "shop" / "files.toml").write_text(files)
    return sources.find_source(f"{folder}/shop")


FANS = '[fans]\nfiles = ["fans*.csv", "fans*.json"]\nmust = ["a"]\nmay = ["b"]\n'
NAMES = '[names]\nfiles = ["names.csv"]\nmust = ["a", "name"]\nlookup = true\n'
FOLLOWS = (
    "-- A row is a follow.\nSELECT fans.a AS follower, coalesce(name, b) AS followee, fans._file, fans._row FROM fans "
)
JOINED = FOLLOWS + "LEFT JOIN names AS n ON n.a = fans.a WHERE b IS DISTINCT FROM 'skip'"


def test_views_of_several_files_and_of_none_are_loaded_and_counted(tmp_path: Path) -> None:
    source = shop(tmp_path, JOINED, FANS + NAMES)
    written(
        tmp_path, data__fans1_csv=b"a,b\n1,2\n1,2\n3,skip\n", data__fans2_json=[{"a": 5, "b": 6}, {"b": 6}, {"a": 7}]
    )
    loaded = load.read(source, [tmp_path / "data"], accept_partial=True)
    assert {c.file: (c.read, c.loaded, c.duplicate, c.rejected) for c in loaded.files} == {
        "fans1.csv": (3, 1, 1, 1),
        "fans2.json": (3, 1, 0, 2),
    }
    assert loaded.rejects["reason"].tolist() == ["no table takes this row", "it has no a", "no followee"]
    written(tmp_path, data__names_csv=b"a,name\n7,eight\n")
    again = load.read(source, [tmp_path / "data"])
    assert {c.file: (c.read, c.loaded) for c in again.files}["names.csv"] == (1, 1)
    assert again.tables["follows"]["followee"].tolist() == ["shop:2", "shop:6", "shop:eight"]


def test_a_select_that_names_no_view_of_files_toml_is_refused(tmp_path: Path) -> None:
    source = shop(tmp_path, JOINED, FANS)
    with pytest.raises(DataError, match=r"the SELECTs of shop name names, which its files\.toml does not declare"):
        load.read(source, [written(tmp_path, fans_csv=b"a,b\n1,2\n")])


def test_a_select_may_refuse_to_load_in_its_own_words(tmp_path: Path) -> None:
    select = FOLLOWS.replace("coalesce(name, b)", "coalesce(b, refuse('whose fans are in ' || _file || '?'))")
    source = shop(tmp_path, select, FANS)
    written(tmp_path, data__fans_csv=b"a,b\n1,\n")
    with pytest.raises(DataError, match=r"^whose fans are in fans\.csv\?$"):
        load.read(source, [tmp_path / "data"])


def test_a_value_that_breaks_a_select_is_an_error_in_one_sentence(tmp_path: Path) -> None:
    source = shop(tmp_path, FOLLOWS.replace("coalesce(name, b)", "b ->> '$.name'"), FANS)
    written(tmp_path, data__fans_csv=b"a,b\n1,{\n")
    with pytest.raises(DataError, match=r"follows\.sql of the source shop does not run"):
        load.read(source, [tmp_path / "data"])
