"""Loaders: any source's rows become canonical tables, each row accounted for."""

from __future__ import annotations

import gc
import random
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from graphkoc import assets
from graphkoc.capture import load, sources
from graphkoc.errors import DataError, UsageError
from graphkoc.stores import open_store
from graphkoc.tables import large as spill
from graphkoc.tables.schema import CANONICAL, TABLES, node_tables

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RATINGS = "user,item,category,rating,helpfulness,timestamp\n"
GOOD = "1,10,1,5,4,959670000\n2,10,1,3,4,959756400\n"
TRUST = "truster,trustee\n1,2\n2,3\n"
KINDS = "1 DVDs\n2 Books\n"


def folder(tmp_path: Path, ratings: str | bytes = RATINGS + GOOD, trust: str = TRUST, kinds: str = KINDS) -> Path:
    data = ratings if isinstance(ratings, bytes) else ratings.encode()
    (tmp_path / "ratings.csv").write_bytes(data)
    (tmp_path / "trust.csv").write_text(trust)
    (tmp_path / "category.txt").write_text(kinds)
    return tmp_path


def read(path: Path) -> load.Loaded:
    return load.read(sources.find_source("ciao"), [path], now=NOW)


def counted(loaded: load.Loaded, file: str) -> tuple[int, int, int, int]:
    return next((c.read, c.loaded, c.duplicate, c.rejected) for c in loaded.files if c.file == file)


def test_the_tables_are_consistent() -> None:
    for table in TABLES.values():
        assert set(table.key) <= set(table.names), table.name
        assert len(set(table.names)) == len(table.names)
        for edge in table.edges:
            assert {edge.source_column, edge.target_column} <= set(table.names)
            assert {edge.source, edge.target} <= set(node_tables())
        required = {column.name for column in table if column.required}
        assert set(table.key) <= required, table.name


@pytest.mark.parametrize("name", list(sources.sources()))
def test_every_source_says_what_it_is_and_fills_canonical_tables(name: str) -> None:
    source = sources.find_source(name)
    assert len(source.description) > 40
    assert source.tables
    assert set(source.tables) <= set(CANONICAL)
    for select in source.selects.values():
        assert select.startswith("-- A row is"), select


def test_the_example_gives_exactly_the_counts_of_its_files(ciao_files: Path) -> None:
    loaded = read(ciao_files)
    assert counted(loaded, "ratings.csv.gz") == (284_086, 283_728, 358, 0)
    assert counted(loaded, "trust.csv.gz") == (111_781, 111_781, 0, 0)
    assert counted(loaded, "category.txt") == (28, 28, 0, 0)
    assert {name: len(frame) for name, frame in loaded.tables.items()} == {
        "reviews": 283_728,
        "follows": 111_781,
        "consumers": 7_375,
        "products": 105_114,
    }
    assert len(loaded.rejects) == 0
    assert loaded.tables["products"]["category"].nunique() == 28


def test_a_rating_becomes_a_review_and_a_trust_a_follow(tmp_path: Path) -> None:
    tables = read(folder(tmp_path)).tables
    assert tables["reviews"].to_dict("records")[0] == {
        "review": "ciao:1-10-2000-05-30",
        "consumer": "ciao:1",
        "product": "ciao:10",
        "rating": 5.0,
        "created_at": pd.Timestamp("2000-05-30 07:00"),
    }
    assert tables["follows"].to_dict("records") == [
        {"follower": "ciao:1", "followee": "ciao:2"},
        {"follower": "ciao:2", "followee": "ciao:3"},
    ]
    assert tables["products"].to_dict("records") == [{"product": "ciao:10", "category": "DVDs"}]
    assert tables["consumers"]["consumer"].tolist() == ["ciao:1", "ciao:2", "ciao:3"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("3,10,1,abc,4,959670000", "rating is not a number: 'abc'"),
        ("3,10,1,6,4,959670000", "rating is above 5: '6'"),
        ("3,10,1,-1,4,959670000", "rating is below 0: '-1'"),
        ("3,10,1,inf,4,959670000", "rating is not a number: 'inf'"),
        ("3,10,1,5,4,32503680000", "created_at 3000-01-01 00:00:00 lies in the future"),
        ("3,10,1,5,4,32472144000", "created_at 2999-01-01 00:00:00 lies in the future"),
        ("3,10,1,5,4,0", "created_at 1970-01-01 00:00:00 is before 1990"),
        ("3,10,1,5,4,yesterday", "created_at is not a time: 'yesterday'"),
        ("3,10,1,5,4,9223372036854775807", "created_at is not a time: '9223372036854775807'"),
        (",10,1,5,4,959670000", "no review"),
        ("3" + ",x" * 39, "it has 40 cells, the header has 6"),
        ("3,1\0,1,5,4,959670000", "it holds a NUL byte"),
        ('3,"10,1,5,4,959670000', "its quotes are not closed or not doubled"),
    ],
)
def test_a_wrong_row_is_rejected_with_its_reason_and_the_rest_is_loaded(tmp_path: Path, row: str, reason: str) -> None:
    loaded = read(folder(tmp_path, RATINGS + row + "\n" + GOOD))
    assert counted(loaded, "ratings.csv") == (3, 2, 0, 1)
    assert loaded.rejects[["file", "row", "reason"]].to_dict("records") == [
        {"file": "ratings.csv", "row": 2, "reason": reason}
    ]
    assert len(loaded.tables["reviews"]) == 2
    assert "ciao:3" not in loaded.tables["reviews"]["consumer"].tolist()


def test_a_byte_that_is_not_utf8_is_rejected(tmp_path: Path) -> None:
    loaded = read(folder(tmp_path, (RATINGS + GOOD).encode() + b"caf\xe9,10,1,5,4,959670000\n"))
    assert counted(loaded, "ratings.csv") == (3, 2, 0, 1)
    assert loaded.rejects["reason"].tolist() == ["byte 0xe9 is not UTF-8"]


def test_of_two_rows_of_one_person_product_and_day_one_stays_whatever_their_order(tmp_path: Path) -> None:
    rows = ["1,10,1,5,4,959670000", "1,10,2,2,4,959670000", "1,10,1,5,4,959670000", "1,10,1,5,4,959756400"]
    results = set()
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]):
        loaded = read(folder(tmp_path, RATINGS + "\n".join(rows[i] for i in order) + "\n"))
        assert counted(loaded, "ratings.csv") == (4, 2, 2, 0)
        results.add(str([frame.to_dict("records") for frame in loaded.tables.values()]))
        results.add(str(loaded.record(NOW)["load"].tolist()))
    assert len(results) == 2


def test_another_order_of_rows_gives_the_same_tables(tmp_path: Path) -> None:
    lines = [f"{u},{i},{1 + i % 2},{u % 6},4,{959670000 + 86400 * i}\n" for u in range(20) for i in range(20)]
    one = read(folder(tmp_path, RATINGS + "".join(lines)))
    random.Random(1).shuffle(lines)
    other = read(folder(tmp_path, RATINGS + "".join(lines)))
    for name in one.tables:
        pd.testing.assert_frame_equal(one.tables[name], other.tables[name])
    assert one.record(NOW).equals(other.record(NOW))


def test_a_product_of_two_categories_takes_the_one_with_most_ratings_then_the_lower(tmp_path: Path) -> None:
    rows = (
        "1,10,2,5,4,959670000\n2,10,1,5,4,959670000\n3,10,2,5,4,959670000\n1,11,2,5,4,959670000\n2,11,1,5,4,959670000\n"
    )
    products = read(folder(tmp_path, RATINGS + rows)).tables["products"]
    assert products.to_dict("records") == [
        {"product": "ciao:10", "category": "Books"},
        {"product": "ciao:11", "category": "DVDs"},
    ]


@pytest.mark.parametrize(
    "name", ["Robert'); DROP TABLE clean.reviews; --", '"; COPY x TO "y', "{{x}}", "$1", "`a`", "😀 abc"]
)
def test_names_are_data_and_never_code(tmp_path: Path, name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    loaded = read(folder(tmp_path, RATINGS + f"{quoted},10,1,5,4,959670000\n" + GOOD))
    assert f"ciao:{name}" in loaded.tables["consumers"]["consumer"].tolist()
    assert len(loaded.tables["reviews"]) == 3


def test_a_person_never_follows_themselves(tmp_path: Path) -> None:
    loaded = read(folder(tmp_path, trust="truster,trustee\n1,1\n1,2\n"))
    assert counted(loaded, "trust.csv") == (2, 1, 0, 1)
    assert loaded.rejects["reason"].tolist() == ["follower and followee are one"]


def test_an_id_with_a_colon_is_kept_and_others_get_the_source(tmp_path: Path) -> None:
    loaded = read(
        folder(tmp_path, RATINGS + "shop:7,10,1,5,4,959670000\n8,10,1,5,4,959670000\n1e5,10,1,5,4,959670000\n")
    )
    assert set(loaded.tables["reviews"]["consumer"]) == {"shop:7", "ciao:8", "ciao:1e5"}


def test_a_missing_file_or_column_is_reported_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"there is no file or folder .*nowhere"):
        read(tmp_path / "nowhere")
    folder(tmp_path)
    (tmp_path / "trust.csv").unlink()
    with pytest.raises(DataError, match="ciao needs a file called trust, and there is none"):
        read(tmp_path)
    with pytest.raises(DataError, match="the files have no column 'user', which ciao needs for its reviews"):
        read(folder(tmp_path, "who,item,category,rating,helpfulness,timestamp\n1,2,3,4,5,6\n"))
    with pytest.raises(DataError, match="is empty"):
        read(folder(tmp_path, ""))
    with pytest.raises(UsageError, match="there is no source called 'cioa'"):
        sources.find_source("cioa")


def declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str]) -> Path:
    """A folder of loaders with one source, `shop`, made of these files."""
    (tmp_path / "loaders" / "shop").mkdir(parents=True)
    for name, text in files.items():
        (tmp_path / "loaders" / "shop" / name).write_text(text)
    monkeypatch.setattr(assets, "folder", lambda name: tmp_path / name)
    (tmp_path / "orders.csv").write_text(
        "who,what,no,when\nann,tea,1,2020-01-02\nann,,2,2020-01-02\nbob,tea,,2020-01-03\n"
    )
    return tmp_path / "orders.csv"


README = "# shop\n\nOrders of a shop, made up.\n"
PURCHASES = """-- A row is an order line.
SELECT who AS consumer, what AS product, no AS "order", "when" AS bought_at, _file, _row FROM orders"""


def test_a_new_source_is_a_folder_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = declared(tmp_path, monkeypatch, {"README.md": README, "purchases.sql": PURCHASES})
    loaded = load.read(sources.find_source("shop"), [orders], accept_partial=True, now=NOW)
    assert loaded.tables["purchases"]["order"].tolist() == ["shop:1"]
    assert counted(loaded, "orders.csv") == (3, 1, 0, 2)
    assert loaded.rejects["reason"].tolist() == ["no product", "no order"]


def test_rows_that_no_table_takes_are_rejected_so_that_the_sum_is_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picky = PURCHASES + " WHERE who = 'ann' AND what = 'tea'"
    orders = declared(tmp_path, monkeypatch, {"README.md": README, "purchases.sql": picky})
    loaded = load.read(sources.find_source("shop"), [orders], accept_partial=True, now=NOW)
    assert counted(loaded, "orders.csv") == (3, 1, 0, 2)
    assert loaded.rejects["reason"].tolist() == ["no table takes this row"] * 2


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"purchases.sql": PURCHASES}, "the source shop has no README.md"),
        ({"README.md": README, "sales.sql": PURCHASES}, "sales.sql names no table"),
        ({"README.md": README, "purchases.sql": "SELECT who AS nobody FROM orders"}, "gives a column 'nobody'"),
        ({"README.md": README, "purchases.sql": "SELECT who AS consumer FROM orders"}, "gives no column 'product'"),
        ({"README.md": README, "purchases.sql": "SELECT consumer FROM clean.purchases"}, "need each other's tables"),
        ({"README.md": README, "purchases.sql": "SELECT 1 + 'a' AS consumer FROM orders"}, "does not run"),
    ],
)
def test_a_source_that_is_declared_wrongly_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], words: str
) -> None:
    orders = declared(tmp_path, monkeypatch, files)
    with pytest.raises(DataError, match=words):
        load.read(sources.find_source("shop"), [orders], now=NOW)


def test_a_large_table_lies_in_a_file_and_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(f"{user},{item},1,{(user + item) % 5},4,959670000\n" for user in range(200) for item in range(20))
    files = folder(tmp_path, RATINGS + rows)
    plain = read(files)
    monkeypatch.setattr(spill, "LARGE", 1_000)
    monkeypatch.setattr(load, "BATCH", 500)
    large = read(files)
    assert isinstance(large.tables.stored["reviews"], spill.Large)
    assert large.tables.sizes == {name: len(frame) for name, frame in plain.tables.items()}
    for name, frame in plain.tables.items():
        pd.testing.assert_frame_equal(large.tables[name], frame)
    assert large.record(NOW).equals(plain.record(NOW))
    assert large.mentioned == plain.mentioned
    stores = [open_store(f"ladybug:{tmp_path / name}.lbug") for name in ("plain", "large")]
    for store, loaded in zip(stores, (plain, large), strict=True):
        assert store.upsert({**loaded.tables.stored, "loads": loaded.record(NOW)}).wrote
        assert not store.upsert({**loaded.tables.stored, "loads": loaded.record(NOW)}).wrote
    for name, table in plain.tables.items():
        left, right = (store.table(name).sort_values(list(TABLES[name].key), ignore_index=True) for store in stores)
        pd.testing.assert_frame_equal(left, right)
        assert len(left) == len(table)
    for store in stores:
        store.close()
    file = large.tables.stored["reviews"].path
    assert file.exists()
    del large, loaded
    gc.collect()
    assert not file.exists()
