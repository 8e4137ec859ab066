"""Contacts: read as keys, and never stored as they are."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import stat
from functools import cache
from pathlib import Path

import duckdb
import hypothesis
import hypothesis.strategies as st
import pandas as pd
import pytest
from command import run
from test_damage import BINARY, NAMES, SOURCES, Contents, copied, files, read, walked

import graphkoc
from graphkoc.capture import contacts, load, sources
from graphkoc.capture.contacts import MAIL, PHONE, masked
from graphkoc.errors import DataError, UsageError
from graphkoc.tables.schema import CANONICAL

DATA = Path(__file__).with_name("data")


def key(contact: str, secret: str = "secret") -> str:
    return hmac.new(secret.encode(), contact.encode(), hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    ("cell", "country", "contact"),
    [
        (" Ann@Example.COM ", "", "ann@example.com"),
        ("<ann@example.com>", "", "ann@example.com"),
        ("mailto:ann@example.com", "", "ann@example.com"),
        ("ａｎｎ@example.com", "", "ann@example.com"),
        ("13800138000", "", "+8613800138000"),
        ("+86 138-0013-8000", "", "+8613800138000"),
        ("008613800138000", "", "+8613800138000"),
        ("１３８００１３８０００", "", "+8613800138000"),
        ("13800138000.0", "", "+8613800138000"),
        ("030 1234567", "DE", "+49301234567"),
        ("0049 30/1234567", "", "+49301234567"),
        ("(415) 555-2671", "us", "+14155552671"),
        ("4915123456789", "DE", "+4915123456789"),
        ("49 1512 3456789", "DE", "+4915123456789"),
        ("01512 3456789", "DE", "+4915123456789"),
        ("15123456789", "DE", "+4915123456789"),
        ("14155552671", "US", "+14155552671"),
        ("33612345678", "FR", "+33612345678"),
        ("13800138000", "DE", "+8613800138000"),
        ("8613800138000", "DE", "+8613800138000"),
    ],
)
def test_one_contact_is_one_key_however_it_is_written(cell: str, country: str, contact: str) -> None:
    assert contacts.keys(lambda: b"secret")(cell, country) == key(contact)


@pytest.mark.parametrize(
    "cell", ["", "ann", "ann@", "@ann", "138****8000", "030 1234567", "12345", "2024-05-01", "-", "4.91512E+12"]
)
def test_what_is_no_whole_contact_has_no_key(cell: str) -> None:
    assert contacts.keys(lambda: b"secret")(cell, "") == ""
    assert contacts.keys(lambda: b"secret")("4.91512E+12", "DE") == ""
    assert contacts.keys(lambda: None)(cell, "") == ""


def test_a_cell_may_hold_several() -> None:
    assert contacts.keys(lambda: b"secret")("13800138000; ann@example.com / Ann@example.com", "") == " ".join(
        [key("ann@example.com"), key("+8613800138000")]
    )


@cache
def connection() -> duckdb.DuckDBPyConnection:
    """A database that has the macros."""
    made = duckdb.connect()
    made.execute(contacts.macros())
    return made


def by_sql(macro: str, texts: list[str]) -> list[str]:
    """What the macro makes of each text."""
    frame = pd.DataFrame({"place": range(len(texts)), "text": pd.Series(texts, dtype="str")})
    connection().register("texts", frame)
    found = connection().execute(f"SELECT {macro}(text) FROM texts ORDER BY place").fetchall()
    return [text for (text,) in found]


def test_another_secret_is_another_key() -> None:
    assert contacts.keys(lambda: b"other")("ann@example.com", "") != key("ann@example.com")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("write to ann@example.com, or +49 30 1234567!", "write to [@], or [☎]!"),
        ("合作 13800138000 谢谢", "合作 [☎] 谢谢"),
        ("V：138 0013 8000", "V：[☎]"),
        ("ann@localhost, 张三@example.com", "[@], [@]"),
        ("+999 1234567, 0049301234567", "[☎], [☎]"),
        ("https://www.youtube.com/@ann.b", "https://www.youtube.com/@ann.b"),
        ("2024-05-01 10:00, 4006381333931, 0001234567", "2024-05-01 10:00, 4006381333931, 0001234567"),
    ],
)
def test_in_a_cell_more_is_a_contact_and_other_numbers_are_none(text: str, left: str) -> None:
    assert contacts.redacted(text) == left
    assert by_sql("redacted", [text]) == [left]


# --- in what people write -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("write to ann@example.com, or +49 30 1234567!", "write to [@], or [☎]!"),
        ("联系我anna@example.com谢谢", "联系我[@]谢谢"),
        ("a@b.com,c@d.org;e@f.museum e@f.museum", "[@],[@];[@] [@]"),
        ("jürgen@müller.de иван@почта.рф Ａｎｎ＠example．com", "[@] [@] [@]"),
        ("ann (at) example (dot) com, ann[at]example.com", "[@], [@]"),
        ("ann @ example.com, ann @gmail.com. ann@ qq.com", "[@], [@]. [@]"),
        ("mailto:ann@example.com mailto:ann%40example.com?subject=hi", "mailto:[@] mailto:[@]?subject=hi"),
        ("instagram@brand.com", "[@]"),
        ("合作13800138000谢谢 V：138 0013 8000", "合作[☎]谢谢 V：[☎]"),
        ("vx13800138000 V13800138000 １３８００１３８０００", "vx[☎] V[☎] [☎]"),
        ("13800138000/13900139000, 13700137000", "[☎]"),
        ("(86)13800138000", "[☎]"),
        ("008613800138000 or 86-13800138000", "[☎] or [☎]"),
        ("+44 20 7946 0958 or +33 (0)1 23 45 67 89 or 0049 30 1234567", "[☎] or [☎] or [☎]"),
        ("(415) 555-2671 or 415-555-2671 or 1-415-555-2671 or +14155552671", "[☎] or [☎] or [☎] or [☎]"),
        (
            "Tel. 030 1234567; Telefon: 030/1234567; my phone number is 555 0123",
            "Tel. [☎]; Telefon: [☎]; my phone number is [☎]",
        ),
        ("电话：010-12345678", "电话：[☎]"),
        ("tel:+4930123456 https://wa.me/491701234567?text=hi", "tel:[☎] https://wa.me/[☎]?text=hi"),
        ("https://api.whatsapp.com/send?phone=491701234567", "https://api.whatsapp.com/send?phone=[☎]"),
    ],
)
def test_contacts_in_what_people_write_are_masked(text: str, left: str) -> None:
    assert masked(text) == left
    assert by_sql("masked", [text]) == [left]


@pytest.mark.parametrize(
    "text",
    [
        "love @anna.brews and @joe, ig @anna",
        "小红书同名 | instagram@anna.b ig@anna.brews 论坛: may_brews",
        "@anna@mastodon.social",
        "https://www.youtube.com/@ann.b https://medium.com/@ann.de",
        "https://item.taobao.com/item.htm?id=13800138000&x=1 https://item.jd.com/13800138000.html",
        "meet me @ 5pm, 10 @ 2.50, a@b, great (at least)",
        "2024-05-01 10:00, 2024/05/01, 20240501, 2024年5月1日 18:05, 1714557600, 1714557600000",
        "手机：2024-05-01买的, phone: 2024/05/01",
        "4006381333931, 0001234567, B000123456, ISBN 978-3-16-148410-0, 0049000028911",
        "order #13800138000, SKU13800138000, 1380013800000, 0.13800138000",
        "$1,299.00, 1.299,00 €, 99+, 2.3万, 10万+ 2024-05-01, +5 +100 12345678, 1.74E+12",
        "3.14159265 +3.14159265 192.168.100.200, 64 128 256 512 1024",
        "李***雷 138****8000",
    ],
)
def test_handles_prices_dates_and_other_numbers_stay(text: str) -> None:
    assert masked(text) == text
    assert by_sql("masked", [text]) == [text]


PIECES = st.sampled_from(
    [
        *"aZ7é茶＠@.+-/ ()[]:：=\n１",
        "at",
        "dot",
        "com",
        "ig",
        "tel",
        "+49",
        "138",
        "0013",
        "8000",
        "555",
        "2671",
        "电话",
        "%40",
    ]
)


@hypothesis.settings(max_examples=40, deadline=None)
@hypothesis.given(st.lists(st.lists(PIECES, max_size=14).map("".join), min_size=50, max_size=50))
def test_sql_and_python_mask_alike(texts: list[str]) -> None:
    assert by_sql("masked", texts) == [masked(text) for text in texts]
    assert by_sql("redacted", texts) == [contacts.redacted(text) for text in texts]


@hypothesis.given(
    st.text("abcdefgh._茶 @(,", max_size=20),
    st.sampled_from(["ann.b+1@mail.example.co.uk", "+49 30 1234567", "13800138000"]),
    st.text("abcdefgh茶 ,)!", max_size=20),
)
def test_a_contact_with_a_space_before_and_after_it_is_never_left(before: str, contact: str, after: str) -> None:
    assert contact not in masked(f"{before} {contact} {after}")


WRITTEN = {
    *(NAMES - {"username", "user_name"}),
    *("text", "review_body", "review_headline", "reviewtext", "summary", "desc", "content", "sign", "signature"),
    *("user_signature", "biography", "bio", "cooked", "caption", "昵称", "简介"),
}
"""Fields of the sources in which people write what they like."""
IDS = re.compile(r"köln|testers|#\d+", re.IGNORECASE)
"""Names of groups and orders, which are ids."""


CODE = f"call {PHONE}"
"""A coupon code in the fixture of the shop, where a phone number is already."""


@pytest.mark.parametrize("source", SOURCES)
def test_no_source_keeps_contacts_that_stand_in_what_people_write(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAPHKOC_KEY", "secret")
    planted = 0

    def change(name: str, value: object) -> object:
        nonlocal planted
        if isinstance(value, str) and value and name.lower() in WRITTEN and not IDS.fullmatch(value):
            planted += 1
            return f"{value} zoe.plant@example.com 13911139111 +49 171 9999999"
        return value

    folder = copied(source, tmp_path)
    for path in (path for path in files(folder) if path.suffix not in BINARY):
        content = Contents(path)
        if content.kind in ("csv", "tsv"):
            header, rows = content.rows[0], content.rows[1:]
            content.rows[1:] = [[*map(change, header, row), *row[len(header) :]] for row in rows]
        elif content.kind != "lines":
            walked(content.rows, change)
        path.write_bytes(content.written())
    loaded = read(source, folder)
    assert isinstance(loaded, load.Loaded), loaded
    frames = [loaded.tables[name].astype("str") for name in loaded.tables] + [loaded.rejects.astype("str")]
    kept = "\n".join(frame.to_csv() for frame in frames).replace(CODE, "")
    assert not [part for part in ("zoe.plant", "13911139111", "171 9999999") if part in kept]
    assert (kept.count(MAIL) > 0, kept.count(PHONE) > 0) == (planted > 0, planted > 0)


def test_who_is_called_by_a_contact_is_refused_and_so_is_a_contact_in_the_place_of_its_key(tmp_path: Path) -> None:
    (tmp_path / "consumers.csv").write_text(
        "consumer,contact_key\nann@example.com,\n+4930123456,\n@bob@forum.social,\n13800138000,\ncyd,13800138000\n"
        f"dan,{key('ann@example.com')}\n"
    )
    (tmp_path / "follows.csv").write_text("follower,followee\n13800138000,csv:ann@example.com\n")
    loaded = load.read(sources.find_source("csv"), [tmp_path])
    assert loaded.tables["consumers"]["consumer"].tolist() == ["csv:13800138000", "csv:@bob@forum.social", "csv:dan"]
    words = "is an e-mail address or a phone number, which are never stored"
    assert loaded.rejects[["file", "row", "reason"]].to_numpy().tolist() == [
        ["consumers.csv", 2, f"consumer {words}"],
        ["consumers.csv", 3, f"consumer {words}"],
        ["consumers.csv", 6, f"contact_key {words}"],
        ["follows.csv", 2, f"followee {words}"],
    ]
    assert "example.com" not in loaded.rejects.to_csv()


def test_every_column_of_free_text_is_masked() -> None:
    kinds = ("text", "words")
    text = {(table.name, c.name) for table in CANONICAL.values() for c in table if c.kind in kinds and not c.choices}
    assert {(t.name, c.name) for t in CANONICAL.values() for c in t if c.contacts == "masked"} == text - {
        ("consumers", "platform"),
        ("consumers", "contact_key"),
        ("consumers", "unionid"),
        ("products", "brand"),
        ("products", "category"),
        ("purchases", "currency"),
        ("purchases", "code"),
        ("memberships", "role"),
        ("campaign_events", "currency"),
        ("campaign_events", "code"),
        ("campaign_events", "tracking"),
        ("posts", "platform"),
    }


# --- the secret -----------------------------------------------------------------------------------------


def test_a_key_is_made_once_for_its_owner_alone_and_never_over_another(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}
    done = run("key", "new", cwd=tmp_path, env=home)
    assert done.returncode == 0, done.stderr
    made = Path(done.stdout.strip())
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    secret = made.read_bytes()
    assert len(bytes.fromhex(secret.decode())) == 32
    again = run("key", "new", cwd=tmp_path, env=home)
    assert (again.returncode, again.stdout) == (2, "")
    assert f"there is a key in {made} already" in again.stderr
    assert made.read_bytes() == secret
    other = run("key", "new", "mine.key", cwd=tmp_path, env=home)
    assert other.returncode == 0
    assert (tmp_path / "mine.key").read_bytes() != secret


def test_the_key_is_found_in_the_environment_then_in_the_file_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GRAPHKOC_KEY", raising=False)
    monkeypatch.delenv("GRAPHKOC_KEY_FILE", raising=False)
    assert contacts.find_key() is None
    (tmp_path / "one").write_text("one\n")
    (tmp_path / "two").write_text("two")
    (tmp_path / "none").write_text("\n")
    monkeypatch.setenv("GRAPHKOC_KEY_FILE", str(tmp_path / "one"))
    assert contacts.find_key() == b"one"
    assert contacts.find_key(tmp_path / "two") == b"two"
    monkeypatch.setenv("GRAPHKOC_KEY", "three")
    assert contacts.find_key(tmp_path / "two") == b"three"
    monkeypatch.setenv("GRAPHKOC_KEY", "")
    with pytest.raises(UsageError, match="is empty"):
        contacts.find_key(tmp_path / "none")
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        contacts.find_key(tmp_path / "nowhere")


def test_a_fingerprint_is_of_the_key_alone_and_does_not_give_it_away() -> None:
    assert contacts.fingerprint(b"secret") == contacts.fingerprint(b"secret") != contacts.fingerprint(b"secret2")
    assert re.fullmatch(r"[0-9a-f]{16}", contacts.fingerprint(b"secret"))


def test_a_store_takes_contacts_only_with_the_key_that_it_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(**columns: list[str]) -> list[Path]:
        pd.DataFrame(columns).to_csv(tmp_path / "consumers.csv", index=False)
        return [tmp_path / "consumers.csv"]

    store = graphkoc.open_store(f"ladybug:{tmp_path / 'graphkoc.lbug'}")
    monkeypatch.setenv("GRAPHKOC_KEY", "one")
    graphkoc.load(store, "csv", write(consumer=["csv:a"], contact_key=["k1"]))
    assert store.key_fingerprint() == contacts.fingerprint(b"one")
    monkeypatch.setenv("GRAPHKOC_KEY", "two")
    with pytest.raises(DataError, match="made with another secret") as error:
        graphkoc.load(store, "csv", write(consumer=["csv:b"], contact_key=["k2"]))
    assert "--key-file" in error.value.hint
    assert store.table("consumers")["consumer"].tolist() == ["csv:a"]
    graphkoc.load(store, "csv", write(consumer=["csv:c"], name=["Cyd"]))
    assert store.key_fingerprint() == contacts.fingerprint(b"one")
    store.forget(["csv:a"])
    graphkoc.load(store, "csv", write(consumer=["csv:b"], contact_key=["k2"]))
    assert store.key_fingerprint() == contacts.fingerprint(b"two")
    store.close()


def test_a_key_is_made_once_and_one_line_says_where(tmp_path: Path) -> None:
    home = {"XDG_CONFIG_HOME": str(tmp_path / "own")}
    first = run("load", "crm", DATA / "crm", cwd=tmp_path, env=home)
    key = tmp_path / "own" / "graphkoc" / "key"
    assert (first.returncode, key.stat().st_mode & 0o777) == (7, 0o600)
    assert f"A key for contacts was made in {key}: keep it" in first.stderr
    again = run("load", "crm", DATA / "crm", cwd=tmp_path, env=home)
    assert "A key for contacts was made" not in again.stderr
    other = {"XDG_CONFIG_HOME": str(tmp_path / "other")}
    refused = run("load", "crm", DATA / "crm", cwd=tmp_path, env=other)
    assert (refused.returncode, "made with another secret" in refused.stderr) == (3, True)
    assert not (tmp_path / "other" / "graphkoc" / "key").exists(), "a key that a store refuses is none to keep"
    assert run("load", "crm", DATA / "crm", "--no-contacts", cwd=tmp_path, env=other).returncode == 7
    (tmp_path / "graphkoc.toml").write_text('key_file = "elsewhere"\n')
    elsewhere = run("load", "crm", DATA / "crm", cwd=tmp_path, env=home)
    assert (elsewhere.returncode, "the key file elsewhere cannot be read" in elsewhere.stderr) == (2, True)


def test_files_without_contacts_need_no_key(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("昵称,粉丝数\n阿茶,2.3万\n")
    assert run("load", "roster", "list.csv", cwd=tmp_path, env={"HOME": str(tmp_path)}).returncode == 0


# --- nowhere --------------------------------------------------------------------------------------------

PLANTED = [
    *(
        "example.com",
        "example.net",
        "30 1234567",
        "301234567",
        "307654321",
        "5550000",
        "111222",
        "13800138",
        "138 0013",
    ),
    *("8613800138", "Ann@Example", "acha@", "tt@", "gus@", "fay@", "hal@", "ida@", "kim@", "dahl@", "lu@", "ned@"),
]
"""Parts of the contacts in the fixtures, as they stand there or normalised."""
NORMALISED = ("301234567",)


def test_clear_contacts_are_nowhere_in_store_run_report_rejects_or_log(tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path), "GRAPHKOC_KEY": "secret"}
    files = tmp_path / "desk"
    files.mkdir()
    shown = []

    def invoke(*args: object, codes: tuple[int, ...] = (0,)) -> None:
        done = run("--debug", *args, cwd=files, env=env)
        assert done.returncode in codes, done.stderr
        shown.append(done.stdout + done.stderr)

    raw = "\n".join(
        path.read_bytes().decode("gb18030" if "订单" in path.name or "达人" in path.name else "utf-8")
        for source in ("crm", "roster")
        for path in sorted((DATA / source).glob("*.csv"))
    )
    assert not [part for part in PLANTED if part not in raw and part not in NORMALISED]
    invoke("load", "crm", DATA / "crm", "--format", "json", codes=(7,))
    invoke("load", "roster", DATA / "roster", codes=(7,))
    # Reviews, so that there is a run and a report of these people, who leave contacts wherever they can.
    own = tmp_path / "own"
    own.mkdir()
    people = (7, 8, 9, 10, 12)
    left = "kim@example.com or +49 30 1234567 or 138 0013 8000"
    bought = [
        f"crm:{who},crm:KET-1,5,2024-06-{day:02},Ask {left},Nice: {left},{left}\n" for day, who in enumerate(people, 1)
    ]
    wrong = [f"crm:7,crm:KET-1,{left},2024-06-09,,,\n", f'crm:7,crm:KET-1,5,"{left}\n']
    header = "consumer,product,rating,created_at,title,text,tags\n"
    (own / "reviews.csv").write_text(header + "".join(bought + wrong))
    pairs = [f"crm:{a},crm:{b}\n" for a in people for b in people if a != b]
    (own / "follows.csv").write_text("follower,followee\n" + "".join(pairs))
    rows_of_consumers = "".join(f"crm:{who},Kim {left},mailto:kim@example.com,mail {left}\n" for who in people)
    (own / "consumers.csv").write_text("consumer,name,url,bio\n" + rows_of_consumers)
    invoke("load", "csv", own, "--format", "json", codes=(7,))
    invoke("identity", "link", "crm:7", "crm:8", "--why", f"both gave {left}")
    invoke("identity", "unlink", "crm:7", "crm:8", "--why", f"not {left}")
    store = graphkoc.open_store(f"ladybug:{files / 'graphkoc.lbug'}")
    shown.append(json.dumps([graphkoc.doctor(store), graphkoc.status(store)]))
    found_run = graphkoc.analyse(store, files / "run")
    store.close()
    shown.append(json.dumps(graphkoc.list_kocs(found_run), default=str))
    graphkoc.write_report(found_run, files / "report.html")
    invoke("sources", "scaffold", "crm", *sorted((DATA / "crm").glob("*.csv")), "--out", "proposed")
    # A file without a header, whose first row is taken for one.
    (files / "bare.csv").write_text("ann@example.com,+49 30 1234567,昵称\nben@example.com,+49 30 7654321,KET-2\n")
    invoke("sources", "scaffold", "crm", "bare.csv", "--out", "bare", codes=(3,))
    invoke("load", "roster", "bare.csv", codes=(3,))
    (files / "twice.csv").write_text("ann@example.com,ann@example.com,昵称\nx,y,z\n")
    invoke("load", "roster", "twice.csv", codes=(3,))
    made = [path for path in files.rglob("*") if path.is_file() and path.name not in ("bare.csv", "twice.csv")]
    assert {
        "graphkoc.lbug",
        "run.json",
        "report.html",
        "graphkoc-rejects-crm.csv",
        "graphkoc-rejects-csv.csv",
        "mapping.toml",
    } <= {path.name for path in made}
    everything = {str(path): path.read_bytes().lower() for path in made}
    everything["shown"] = "\n".join(shown).encode().lower()
    found = [
        (name, part)
        for name, data in everything.items()
        for part in PLANTED
        if part.lower().encode() in data or part.lower().encode("utf-16-le") in data
    ]
    assert found == []
