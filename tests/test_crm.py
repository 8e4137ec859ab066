"""A shop's orders and customers: which column is what, who is who, and what becomes of each row."""

from __future__ import annotations

import csv
import io
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xlsxwriter
from sources import file_counts, fixture, reasons, rows_without
from sources import read as read_source

from graphkoc.capture import contacts, load
from graphkoc.capture.sources import find_source
from graphkoc.errors import DataError, UsageError

FIXTURE = fixture("crm")
read, rows = partial(read_source, "crm"), rows_without("crm:")
CSV = sorted(FIXTURE.glob("*.csv"))
KEY = contacts.keys(lambda: b"secret")
LIN = "contact-" + KEY("13800138003", "")[:32]
DORA = "contact-" + KEY("dora@example.com", "")[:32]
IDA = "contact-" + KEY("ida@example.com", "")[:32]
KIM = "contact-" + KEY("kim@example.com", "")[:32]


@pytest.fixture(scope="module", autouse=True)
def _secret() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRAPHKOC_KEY", "secret")
        yield


def shop(folder: Path, orders: str, customers: str = "", always: str = "") -> Path:
    """A folder with these tables and a mapping that was proposed."""
    folder.mkdir(exist_ok=True)
    for name, text in (("orders", orders), ("customers", customers)):
        if text:
            (folder / f"{name}.csv").write_text(text)
    find_source("crm").scaffold(sorted(folder.glob("*.csv")), folder)
    mapping = folder / "mapping.toml"
    mapping.write_text(mapping.read_text().replace("[orders.always]", f"[orders.always]\n{always}"))
    return folder


@pytest.fixture(scope="module")
def loaded() -> load.Loaded:
    return read(FIXTURE)


def test_every_row_is_accounted_for(loaded: load.Loaded) -> None:
    assert file_counts(loaded) == {
        "customers.csv": (11, 7, 2, 2),
        "orders-2024.csv": (16, 7, 1, 7, 0, 1),
        "订单导出.csv": (6, 4, 0, 1, 0, 1),
    }
    assert reasons(loaded) == [
        ["customers.csv", 8, "no consumer"],
        ["customers.csv", 9, "joined_at 2099-01-01 00:00:00 lies in the future"],
        ["orders-2024.csv", 10, "bought_at is not a time: 'yesterday'"],
        ["orders-2024.csv", 11, "quantity is not a number: 'two'"],
        ["orders-2024.csv", 12, "no consumer"],
        ["orders-2024.csv", 13, "quantity is not a number: '(hidden)'"],
        ["orders-2024.csv", 14, "no product"],
        ["orders-2024.csv", 16, "it has 4 cells, the header has 16"],
        ["orders-2024.csv", 17, "its quotes are not closed or not doubled"],
        ["订单导出.csv", 7, "no order"],
    ]
    assert loaded.ignored == {
        "customers.csv": ("Address",),
        "orders-2024.csv": ("Notes",),
        "订单导出.csv": ("收货地址",),
    }
    assert loaded.unread == ()


def test_orders_become_purchases(loaded: load.Loaded) -> None:
    frame = loaded.tables["purchases"]
    assert rows(frame, "order", "product", "consumer", "quantity", "amount", "currency", "code") == [
        ("#1001", "FIL-1", "7", 2.0, 9.0, "EUR", "ANN10"),
        ("#1001", "KET-1", "7", 1.0, 49.9, "EUR", "ANN10"),
        ("#1002", "KET-2", "7", 1.0, 1049.0, "EUR", None),
        ("#1003", "KET-1", "8", 1.0, 49.9, "EUR", None),
        ("#1004", "KET-1", "8", 1.0, 49.9, "EUR", "call [☎]"),
        ("#1005", "Descaler", "9", 1.0, 7.9, "EUR", None),
        ("#1007", "KET-1", "7", 1.0, 49.9, "EUR", None),
        ("2024050100012345678", "NK-电水壶", "tb小米1", 1.0, 299.0, None, None),
        ("2024050100012345679", "NK-滤芯", "tb大橙", 3.0, 89.7, "CNY", None),
        ("2024050100012345680", "NK-电水壶", LIN, 1.0, 299.0, None, None),
        ("2024050100012345682", "NK-养生壶", "tb阿蓝", 1.0, 1299.0, "CNY", None),
    ]
    assert [f"{when:%Y-%m-%d %H:%M:%S}" for when in frame["bought_at"]] == [
        "2024-05-01 08:00:00",
        "2024-05-01 08:00:00",
        "2024-05-02 06:15:00",
        "2024-05-03 00:00:00",
        "2024-05-04 12:00:00",
        "2024-05-05 00:00:00",
        "2024-12-31 00:00:00",
        "2024-05-01 09:03:00",
        "2024-05-02 21:30:05",
        "2024-05-03 10:00:00",
        "2024-05-05 00:00:00",
    ]


def test_an_order_has_its_state_and_that_of_its_refund_comes_first(tmp_path: Path) -> None:
    folder = shop(
        tmp_path / "shop",
        "Order Number,Customer ID,Created At,Lineitem name,Order Status,退款状态\n"
        "1,a,2024-05-01,Kettle,交易成功,没有申请退款\n"
        "2,a,2024-05-02,Kettle,卖家已发货，等待买家确认,退款中\n"
        "3,b,2024-05-03,Kettle,paid,\n"
        "3,b,2024-05-03,Filter,,\n"
        "4,b,2024-05-04,Kettle,Refunded,\n"
        "5,b,2024-05-05,Kettle,交易关闭,退款成功\n"
        "6,b,2024-05-06,Kettle,on-hold,\n",
    )
    found = read(folder)
    assert rows(found.tables["purchases"], "order", "product", "status") == [
        ("1", "Kettle", "completed"),
        ("2", "Kettle", "refunding"),
        ("3", "Filter", "paid"),
        ("3", "Kettle", "paid"),
        ("4", "Kettle", "refunded"),
        ("6", "Kettle", "unknown"),
    ]
    assert file_counts(found)["orders.csv"] == (7, 6, 0, 0, 0, 1)


def test_listed_customers_and_people_who_only_ordered_become_consumers(loaded: load.Loaded) -> None:
    both = sorted([KEY("ben@example.com", ""), KEY("+49307654321", "")])
    columns = ("consumer", "name", "joined_at", "contact_key", "consent", "unionid")
    people = {row[0]: row[1:] for row in rows(loaded.tables["consumers"], *columns)}
    day = pd.Timestamp
    assert people == {
        "10": ("=SUM(A1)", day("2023-04-01"), None, "unknown", None),
        "12": ("王小米", day("2023-08-01"), KEY("13800138001", ""), "yes", "oUnion-wangxiaomi"),
        "7": (
            "Ann Bell",
            day("2023-01-05"),
            " ".join(sorted([KEY("ann@example.com", ""), KEY("+49301234567", "")])),
            "yes",
            None,
        ),
        "8": ("Ben Cole", day("2023-02-01 08:00"), " ".join(both), "no", None),
        "9": (
            "Cleo Dahl",
            day("2023-03-01"),
            " ".join(sorted([KEY("cleo@example.com", ""), KEY("dahl@example.net", "")])),
            "unknown",
            None,
        ),
        KIM: ("Kim", day("2023-07-01"), KEY("kim@example.com", ""), "no", None),
        IDA: ("Ida Fuchs", day("2023-05-01"), KEY("ida@example.com", ""), "yes", None),
        LIN: ("林", None, KEY("13800138003", ""), "unknown", None),
        DORA: ("Dora Ek", None, KEY("dora@example.com", ""), "unknown", None),
        "tb大橙": ("陈大橙", None, KEY("13800138002", ""), "unknown", None),
        "tb小米1": ("王小米", None, KEY("13800138001", ""), "unknown", None),
        "tb阿蓝": ("蓝", None, KEY("13800138004", ""), "unknown", None),
    }
    assert set(loaded.tables["consumers"]["platform"]) == {"crm"}


@pytest.mark.parametrize(
    ("orders", "customers", "country"),
    [
        ("1,a,2024-05-01,DE\n2,a,2024-06-01,AT\n", "", "AT"),
        ("2,a,2024-06-01,AT\n1,a,2024-05-01,DE\n", "", "AT"),
        ("1,a,2024-05-01,DE\n2,a,2024-06-01,\n", "", "DE"),
        ("1,a,2024-05-01,DE\n2,a,2024-06-01,n/a\n", "", "DE"),
        ("1,a,2024-05-01,DE\n1,a,,AT\n2,a,,FR\n", "", "DE"),
        ("1,a,2024-05-01,DE\n", "a,2023-01-01,Schweiz\n", "DE"),
        ("1,a,2024-05-01,\n", "a,2023-01-01,Schweiz\n", "Schweiz"),
        ("1,a,2024-05-01,\n", "", None),
    ],
)
def test_the_country_of_the_newest_row_that_states_one_is_where_a_customer_is(
    tmp_path: Path, orders: str, customers: str, country: str | None
) -> None:
    listed = f"Customer ID,Created,Country\n{customers}" if customers else ""
    folder = shop(
        tmp_path / "shop", "Order ID,Customer ID,Order Date,Country,SKU\n" + orders.replace("\n", ",K1\n"), listed
    )
    assert rows(read(folder).tables["consumers"], "consumer", "location") == [("a", country)]


def test_products_are_what_was_ordered(loaded: load.Loaded) -> None:
    assert rows(loaded.tables["products"], "product", "title", "brand", "category", "price") == [
        ("Descaler", "Descaler", "Nordkessel", None, 7.9),
        ("FIL-1", "Filter", "Nordkessel", "Filters", 4.5),
        ("KET-1", "Kettle One", "Nordkessel", "Kettles", 49.9),
        ("KET-2", "Kettle Two", "Nordkessel", "Kettles", 1049.0),
        ("NK-养生壶", "北锅养生壶", None, None, None),
        ("NK-滤芯", "北锅滤芯 三只装", None, None, None),
        ("NK-电水壶", "北锅电水壶 1.5L", None, None, None),
    ]


def test_rejects_hold_no_contact_and_of_a_broken_row_nothing(loaded: load.Loaded) -> None:
    shown = " ".join(loaded.rejects["text"].dropna()) + " ".join(loaded.rejects["reason"])
    assert "@" not in shown
    assert "555" not in shown
    assert set(loaded.rejects.loc[loaded.rejects["table"].isna(), "text"]) == {""}


# --- the mapping ----------------------------------------------------------------------------------------


def test_the_fixtures_mapping_is_the_one_that_is_proposed(tmp_path: Path) -> None:
    made = find_source("crm").scaffold(CSV, tmp_path)
    assert made.folder.read_text() == (FIXTURE / "mapping.toml").read_text()
    assert made.columns["orders"]["order"] == "Order Number or 订单编号"
    assert made.unused == {"customers.csv": ("Address",), "orders-2024.csv": ("Notes",), "订单导出.csv": ("收货地址",)}
    with pytest.raises(UsageError, match=r"mapping\.toml is there already"):
        find_source("crm").scaffold(CSV, tmp_path)


def test_a_workbook_with_a_title_gives_what_the_text_gives(tmp_path: Path, loaded: load.Loaded) -> None:
    folder = Path(shutil.copytree(FIXTURE, tmp_path / "shop"))
    source = folder / "订单导出.csv"
    cells = list(csv.reader(io.StringIO(source.read_bytes().decode("gb18030"))))
    source.unlink()
    with xlsxwriter.Workbook(folder / "订单导出.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "订单报表 2024年5月")
        for place, row in enumerate(cells, 2):
            for column, cell in enumerate(row):
                sheet.write_string(place, column, cell.removeprefix('="').removesuffix('"'))
    mapping = folder / "mapping.toml"
    mapping.write_text(mapping.read_text().replace("订单导出.csv", "订单导出.xlsx"))
    after = read(folder)
    for name, frame in loaded.tables.items():
        pd.testing.assert_frame_equal(after.tables[name], frame)
    assert {c.file: (c.read, c.loaded) for c in after.files}["订单导出.xlsx"] == (6, 4)
    assert after.rejects.set_index("file")["row"].to_dict()["订单导出.xlsx"] == 9


def test_columns_with_unknown_names_are_recognised_by_their_cells(tmp_path: Path) -> None:
    folder = shop(
        tmp_path / "shop",
        "Order Number,Wer,Kontakt,Wann,SKU\n"
        + "".join(f"{n},person{n}@example.com,+49 30 12345{n:02},{n}/3/2024,K1\n" for n in range(10, 20)),
    )
    assert 'email = "Wer"\nphone = "Kontakt"\nordered_at = "Wann"' in (folder / "mapping.toml").read_text()
    assert 'times = "dmy"' in (folder / "mapping.toml").read_text()
    assert f"{read(folder).tables['purchases']['bought_at'].max():%Y-%m-%d}" == "2024-03-19"
    assert "example" not in (folder / "mapping.toml").read_text()


def test_a_customers_id_that_is_an_address_is_proposed_as_the_address(tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", "Order ID,Customer,SKU\n1,ann@example.com,K1\n2,ben@example.com,K1\n")
    assert 'email = "Customer"' in (folder / "mapping.toml").read_text()


def test_which_part_is_the_day_is_asked_where_no_cell_says_it(tmp_path: Path) -> None:
    orders = "Order ID,Customer ID,SKU,Order Date\n1,7,K1,03/04/2024\n"
    folder = shop(tmp_path / "shop", orders)
    assert '# times = "dmy"    # or "mdy"' in (folder / "mapping.toml").read_text()
    with pytest.raises(DataError, match=r"ordered_at leaves open which part of 03/04/2024 is the day"):
        read(folder)
    other = shop(tmp_path / "other", orders, always='times = "mdy"')
    assert f"{read(other).tables['purchases']['bought_at'].iloc[0]:%Y-%m-%d}" == "2024-03-04"


def test_numbers_without_a_country_are_keys_where_the_mapping_says_whose_they_are(tmp_path: Path) -> None:
    orders = "Order ID,Phone,SKU\n1,030 1234567,K1\n"
    without = read(shop(tmp_path / "without", orders))
    assert [count.rejected for count in without.files] == [1]
    known = read(shop(tmp_path / "known", orders, always='country = "DE"'))
    assert list(known.tables["consumers"]["contact_key"]) == [KEY("+49301234567", "")]


def test_a_guest_is_the_customer_with_the_same_contact_unless_two_have_it(tmp_path: Path) -> None:
    customers = "Customer ID,Email\n1,ann@example.com\n2,home@example.com\n3,home@example.com\n"
    orders = "Order ID,Email,SKU\n1,ann@example.com,K1\n2,home@example.com,K1\n"
    loaded = read(shop(tmp_path / "shop", orders, customers))
    home = "contact-" + KEY("home@example.com", "")[:32]
    assert rows(loaded.tables["purchases"], "order", "consumer") == [("1", "1"), ("2", home)]
    assert [row[0] for row in rows(loaded.tables["consumers"], "consumer")] == ["1", "2", "3", home]


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("49.90", 49.9),
        ('"49,90"', 49.9),
        ('"1,049.00"', 1049.0),
        ('"1.049,00 €"', 1049.0),
        ('"¥1,299"', 1299.0),
        ("-5.00", -5.0),
        ("US$ 12", 12.0),
        ("99元", 99.0),
    ],
)
def test_amounts_are_read_as_shops_write_them(tmp_path: Path, cell: str, amount: float) -> None:
    loaded = read(shop(tmp_path / "shop", f"Order ID,Customer ID,SKU,Total\n1,7,K1,{cell}\n"))
    assert list(loaded.tables["purchases"]["amount"]) == [amount]


def test_an_apostrophe_before_a_minus_hides_no_money_that_went_back(tmp_path: Path) -> None:
    loaded = read(shop(tmp_path, "order,customer,sku,qty\n1,7,K1,2\n1,7,K2,'-1\n"))
    assert rows(loaded.tables["purchases"], "product", "quantity") == [("K1", 2.0)]
    assert loaded.rejects["reason"].tolist() == ["quantity is below 0: '-1.0'"]


def test_a_number_is_one_persons_with_and_without_the_plus_that_a_spreadsheet_took(tmp_path: Path) -> None:
    orders = "order,phone,country,sku\n1,4915123456789,DE,K1\n2,+49 1512 3456789,DE,K1\n3,01512 3456789,DE,K1\n"
    loaded = read(shop(tmp_path, orders + "4,4.91512E+12,DE,K1\n"))
    assert rows(loaded.tables["consumers"], "contact_key") == [(KEY("+4915123456789", ""),)]
    assert file_counts(loaded)["orders.csv"] == (4, 3, 0, 1)


def test_files_without_a_mapping_are_refused_in_one_sentence(tmp_path: Path) -> None:
    shutil.copy(CSV[0], tmp_path)
    with pytest.raises(
        DataError,
        match=r"customers\.csv is not read by crm: it looks like nothing that is known .* no mapping\.toml beside it",
    ):
        read(tmp_path)
    with pytest.raises(UsageError, match="there are two mappings"):
        read(FIXTURE, shop(tmp_path / "shop", "Order ID,Customer ID,SKU\n1,7,K1\n"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("orders = ", "is not TOML"),
        ("[sales]\nfiles = []", "names 'sales'"),
        ("[orders]\nfile = []", "has files, a list"),
        ('[orders]\nfiles = ["*.csv"]\n[orders.columns]\norder = "Order ID"\nwho = "x"', "has no 'who'"),
        ('[orders]\nfiles = ["*.csv"]\n[orders.columns]\nsku = "SKU"', "does not state which column is order"),
        ('[orders]\nfiles = ["*.csv"]\n[orders.columns]\norder = 3', "are texts"),
        ('[orders]\nfiles = ["*.csv"]\n[orders.columns]\norder = "Nr"', "no column 'order'"),
        (
            '[orders]\nfiles = ["*.csv"]\n[orders.columns]\norder = "Order ID"\ncode = "Coupon"',
            "has no column 'Coupon', which the mapping takes for code",
        ),
        ('[orders]\nfiles = ["{sku}.csv"]\n[orders.columns]\norder = "Order ID"', "two columns called 'sku'"),
        ('[orders]\nfiles = ["{a}{a}.csv"]\n[orders.columns]\norder = "Order ID"', "has the same {name} twice"),
        ('[orders]\nfiles = ["*.csv"]\n[orders.columns.order]\nname = "Order ID"', "are texts"),
        (f"orders = {'[' * 5000}", "nested too deeply"),
        (f"orders = {'9' * 5000}", "is not TOML"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_wrong_mapping_is_refused_in_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "orders.csv").write_text("Order ID,Customer ID,SKU\n1,7,K1\n")
    (tmp_path / "mapping.toml").write_text(text)
    with pytest.raises(DataError, match=words) as refused:
        read(tmp_path)
    assert "\n" not in str(refused.value)


def test_tables_that_are_like_no_orders_are_not_scaffolded(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match=r"the columns of x\.csv are called like none of orders or customers"):
        find_source("crm").scaffold([tmp_path / "x.csv"], tmp_path)


def test_a_known_export_is_mapped_as_its_layout_says(tmp_path: Path) -> None:
    orders = Path(shutil.copy(fixture("exports") / "orders_export_1.csv", tmp_path))
    made = find_source("crm").scaffold([orders], tmp_path)
    chosen = {"order": "Name", "quantity": "Lineitem quantity", "product": "Lineitem name", "sku": "Lineitem sku"}
    chosen |= {"price": "Lineitem price", "status": "Financial Status"}
    assert chosen.items() <= made.columns["orders"].items()
    assert "amount" not in made.columns["orders"]
    loaded = read(tmp_path)
    assert [(c.loaded, c.skipped) for c in loaded.files] == [(3, 1)]
    assert len(loaded.tables["consumers"]) == 3
