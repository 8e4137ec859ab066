"""What the columns of an unknown table are, guessed from their names (`synonyms.toml`) and from their cells.

A name alone proves nothing: a German column Bewertung is a review's id in one file and its stars in another. A column
is an id only where no two rows share it, a time only where its cells are times, and so on.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from graphkoc.capture import contacts
from graphkoc.capture.reading import own_tables, table_file
from graphkoc.capture.reading.views import plain
from graphkoc.errors import DataError
from graphkoc.files import read_toml
from graphkoc.tables.schema import CANONICAL, Column, Table

__all__ = ["MOST", "SAMPLE", "SLASHED", "TIMES", "Guess", "contact_kind", "guess_table", "share"]

OF_CAMPAIGNS = {"campaigns", "invitations", "campaign_events", "posts", "campaign_units", "feedback"}
SAMPLE = 1_000
"""Rows whose cells are inspected."""
MOST = 0.8
"""Share of a column's cells that must look like it."""
LONGEST_ID = 200
"""Letters of an id on average; it may be an address."""
LONGEST_NAME = 50
"""Letters of what people or products are called, on average."""
LONG = 20
"""Letters that make words a review's text."""
SEVERAL = 0.3
"""Least share of different cells in a column of people."""
WEAK = 1_000
"""Rank of a name of which only a part is known, behind all whole names."""

SUFFIXES = re.compile(r"(?<=.)(id|nr|no|nummer|number|num|code|key|编号|号|番号)$")
TIMES = re.compile(
    r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}.*|\d{1,2}[./-]\d{1,2}[./-](\d{4}|\d{2})\b.*|1\d{9}(\d{3})?"
    r"|[^\W\d]{3,9}\.? \d{1,2},? \d{4}.*|\d{1,2}\.? [^\W\d]{3,9}\.? \d{4}.*",
    re.DOTALL,
)
SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
STARS = re.compile(r"(10|\d)([.,]\d{1,2})?")
AMOUNT = re.compile(r"\D{0,4}\d[\d.,' \xa0]*\D{0,4}")
ADDRESS = re.compile(r"(https?://|www\.)\S+")
COUNTS = re.compile(
    r"(count|number|total|quantity|qty|orders|replies|votes|amount|price|shipping|tax|value|discount|fee|anzahl|menge"
    r"|preis|nombre|prix|数|数量|次数|价|金额|费)$"
)
"""How the names of numbers end that are no stars."""
BOOLEANS = {"true", "false", "yes", "no", "ja", "nein", "0", "1"}
TOKENS = re.compile(r"[A-Z]?[^\W\dA-Z_]+|[A-Z]+(?![a-z])|\d+")
WORDS = re.compile(r"[^\W\d_]{2,}")
BRACKETS = re.compile(r"[(（\[].*?[)）\]]")

OF_PEOPLE = {"reviewer", "user", "customer", "buyer", "author", "consumer", "display", "full", "first", "billing"}
OF_TEXTS = {"review", "comment", "post", "note", "video"}
PARTLY = {"name": OF_PEOPLE, "title": OF_TEXTS, "verified": set(), "tags": set(), "platform": set()}
"""Column -> the words beside its own name that leave its meaning: a Product Name is nobody's name."""
BY_CONTACT = ("consumers", "reviews", "engagements", "purchases")
"""Tables whose rows an e-mail address or a phone number gives to a person."""


@dataclass(frozen=True)
class Guess:
    """What a file's columns were taken for.

    columns: column of the table -> header. about: column of `products` -> header, where the table mentions products.
    person: name, email and phone -> header, of the person that a row is about. cells: header -> the cells of a sample
    of rows that are not empty.
    """

    view: str
    file: table_file.RawFile
    table: Table
    columns: dict[str, str]
    cells: dict[str, list[str]]
    about: dict[str, str] = field(default_factory=dict)
    person: dict[str, str] = field(default_factory=dict)

    @property
    def contacts(self) -> list[str]:
        """The headers of e-mail addresses and phone numbers, addresses first."""
        return [self.person[name] for name in ("email", "phone") if name in self.person]

    @property
    def used(self) -> list[str]:
        """Every header that something is read from, in the file's order."""
        taken = {*self.columns.values(), *self.about.values(), *self.person.values()}
        return [header for header in self.file.columns if header in taken]


def guess_table(view: str, file: table_file.RawFile) -> Guess:
    """The table that a file's rows are of, and its columns; DataError for a file that fits none."""
    head = file.table.slice(0, SAMPLE)
    cells = {name: [cell for cell in head.column(name).to_pylist() if cell] for name in file.columns}
    options = []
    for place, table in enumerate(CANONICAL.values()):
        columns, person = _guess_columns(table, cells, head.num_rows)
        needed = {column.name for column in table if column.required}
        if table.name in own_tables.MADE:
            needed.discard(own_tables.MADE[table.name][0])
        if table.name in BY_CONTACT and not {"email", "phone"}.isdisjoint(person):
            needed.discard("consumer")
        named = plain(view) in _read_synonyms()["tables"].get(table.name, ())
        sure = _rate_columns(table, columns, cells)
        if needed <= set(columns) and (named or sure >= 0):
            # A table that mentions products fits a list of products as well, and carries more.
            options.append((named, sure, len(columns) + len(person), -place, table, columns, person))
    if not options:
        raise DataError(
            f"{file.name} looks like no table: its columns are {', '.join(file.columns)}",
            hint="Rename those of people and items, for example to consumer and product (`graphkoc sources csv`); "
            "for orders and customers of a shop: `graphkoc sources scaffold crm`.",
        )
    *_, table, columns, person = max(options, key=lambda option: option[:4])
    columns |= _match_by_cells(table, {*columns.values(), *person.values()}, columns, cells)
    taken = {*columns.values(), *person.values()}
    left = {name: values for name, values in cells.items() if name not in taken}
    about: dict[str, str] = {}
    if table.name != "products" and "product" in columns:
        wanted = ("title", "brand", "category", "price") if "amount" not in table.names else ("brand", "category")
        found = _match_by_name(CANONICAL["products"], left, head.num_rows, weak=False)
        about = {name: header for name, header in found.items() if name in wanted}
    return Guess(view, file, table, columns, cells, about, person)


def _guess_columns(table: Table, cells: Mapping[str, list[str]], rows: int) -> tuple[dict[str, str], dict[str, str]]:
    """A table's columns and what is stated of the person, as far as names and contacts tell; for reviews, cells too."""
    columns = _match_by_name(table, cells, rows, weak=True)
    person: dict[str, str] = {}
    if "consumer" not in table.names:
        return columns, person
    person = _find_contacts({name: values for name, values in cells.items() if name not in columns.values()})
    if "email" in person and "consumer" in columns and _is_name(columns["consumer"], cells):
        # Two people may have one name, and no two have one address.
        person["name"] = columns.pop("consumer")
        others = {h: values for h, values in cells.items() if h not in {*columns.values(), *person.values()}}
        again = _match_by_name(table, others, rows, weak=True)
        columns |= {"consumer": again["consumer"]} if "consumer" in again else {}
    left = {h: values for h, values in cells.items() if h not in {*columns.values(), *person.values()}}
    if "name" not in table.names and "name" not in person:
        names = _match_by_name(CANONICAL["consumers"], left, rows, weak=True)
        person |= {"name": names["name"]} if "name" in names else {}
    if table.name != "consumers" and "consumer" not in columns and {"email", "phone"}.isdisjoint(person):
        if "name" in person:
            columns["consumer"] = person.pop("name")
        elif table.name == "reviews":
            columns |= _find_people(columns, cells)
    if table.name == "consumers" and "consumer" not in columns:
        alone = {name: header for name, header in person.items() if _is_unique(cells[header], rows)}
        person = person if not {"email", "phone"}.isdisjoint(alone) else {}
    if "consumer" not in columns and {"email", "phone"}.isdisjoint(person):
        person = {}
    return columns, person


def _rate_columns(table: Table, columns: Mapping[str, str], cells: Mapping[str, list[str]]) -> int:
    """How sure the columns make it that rows are of this table: 2, 1, 0; -1 where they are of another.

    Lists of campaigns have no column of their own by which they could be told from orders, so their name decides. A
    review has stars or words. A comment is on something that several are on, or has an id of its own.
    """
    if table.name in OF_CAMPAIGNS:
        return -1
    if table.name == "reviews":
        worded = not {"text", "title"}.isdisjoint(columns)
        rated = "rating" in columns and (worded or "product" in columns or "review" in columns)
        starred = "rating" in columns and plain(columns["rating"]) in _read_synonyms()["reviews"]["rating"]
        found = _match_by_cells(table, set(columns.values()), columns, cells)
        return 2 if rated else 1 if starred else 0 if worded or {"rating", "text"} <= set(found) else -1
    if table.name == "engagements" and "text" in columns and "review" in columns:
        about = cells[columns["review"]]
        return 1 if "engagement" in columns or len(set(about)) < len(about) else -1
    return -1 if table.name == "engagements" and {"kind", "engagement"}.isdisjoint(columns) else 0


def _is_name(header: str, cells: Mapping[str, list[str]]) -> bool:
    """Whether a column has what people are called, and not an id of theirs."""
    names = _read_synonyms()["consumers"]["name"]
    called = any(form in names for rank, form in _list_forms(header) if rank < WEAK - 1)
    return called or share(cells[header], lambda cell: " " in cell) > 0.5


def _find_people(known: Mapping[str, str], cells: Mapping[str, list[str]]) -> dict[str, str]:
    """The author and the product of what the cells alone show to be reviews: more people than products differ."""
    seen = _match_by_cells(CANONICAL["reviews"], set(known.values()), known, cells)
    if not {"rating", "text", "created_at"} <= {*known, *seen}:
        return {}
    taken = {*known.values(), *seen.values()}
    words = {h: v for h, v in cells.items() if h not in taken and v and _mean_length(v) <= LONGEST_NAME}
    words = {h: v for h, v in words.items() if not share(v, _is_time) and not share(v, _is_address)}
    differing = {header: len(set(values)) / len(values) for header, values in words.items() if len(set(values)) > 1}
    ranked = sorted(differing, key=lambda header: -differing[header])
    if ranked and differing[ranked[0]] < SEVERAL:
        return {}
    found = dict(zip(("consumer", "product"), ranked, strict=False))
    return {column: header for column, header in found.items() if column not in known}


def _find_contacts(cells: Mapping[str, list[str]]) -> dict[str, str]:
    """The columns of e-mail addresses, by their cells, and of phone numbers, by their names as well."""
    found = {}
    for header, values in cells.items():
        if "email" not in found and values and share(values, _is_email) >= MOST:
            found["email"] = header
        elif "phone" not in found and contact_kind(header) == "phone" and share(values, _is_phone) >= MOST:
            found["phone"] = header
    return found


@cache
def _read_synonyms() -> Mapping[str, dict[str, list[str]]]:
    """Canonical table -> column -> its names, most usual first; `tables` -> table -> its names; and `contacts`."""
    known = read_toml(Path(__file__).with_name("synonyms.toml"))
    shared = {name: words for name, words in known["columns"].items() if isinstance(words, list)}
    found = {
        part: {name: [*map(plain, words)] for name, words in known[part].items()} for part in ("tables", "contacts")
    }
    for table in CANONICAL.values():
        own = known["columns"].get(table.name, {})
        found[table.name] = {
            name: [plain(word) for word in (name, *own.get(name, []), *shared.get(name, []))] for name in table.names
        }
    return found


def contact_kind(header: str) -> str | None:
    """What contacts a column holds by its name: email, phone, or None."""
    forms = {form for _, form in _list_forms(header)}
    known = _read_synonyms()["contacts"]
    return next((kind for kind, words in known.items() if kind in forms or not forms.isdisjoint(words)), None)


def _list_forms(header: str) -> list[tuple[float, str]]:
    """The header as it is compared, each form with its penalty: whole, without id, and parts of several words."""
    bare = plain(BRACKETS.sub("", header)) or plain(header)
    words = [plain(token) for token in TOKENS.findall(BRACKETS.sub("", header))]
    while len(words) > 1 and SUFFIXES.sub("", f"x{words[-1]}") == "x":
        words.pop()
    parts = [(WEAK, "".join(words[1:])), (2 * WEAK, words[-1])] if len(words) > 1 else []
    whole = [(0.0, plain(header)), (0.0, bare), (0.5, SUFFIXES.sub("", bare))]
    # A person's id is more certain than their display name.
    return whole + [(rank - (0.5 if SUFFIXES.search(bare) else 0), form) for rank, form in parts]


def _match_by_name(table: Table, cells: Mapping[str, list[str]], rows: int, *, weak: bool) -> dict[str, str]:
    """Canonical column -> header, by names that the cells do not contradict; the most usual wins, each header once.

    weak: whether a part of a name is enough.
    """
    ranked = []
    for place, column in enumerate(table):
        words = _read_synonyms()[table.name][column.name]
        for header, values in cells.items():
            forms = [(words.index(form) + rank, form) for rank, form in _list_forms(header) if form in words]
            forms = [
                (rank, form) for rank, form in forms if rank < WEAK - 1 or (weak and _keeps_meaning(column, header))
            ]
            if forms and _fits(table, column, values, rows):
                ranked.append((min(forms)[0], place, column.name, header))
    found: dict[str, str] = {}
    for _, _, name, header in sorted(ranked):
        if name not in found and header not in found.values():
            found[name] = header
    return found


def _keeps_meaning(column: Column, header: str) -> bool:
    """Whether a column may be meant by a header of which its name is a part."""
    words = {plain(token) for token in TOKENS.findall(header)}
    return column.name not in PARTLY or not words.isdisjoint(PARTLY[column.name])


def _fits(table: Table, column: Column, cells: Sequence[str], rows: int) -> bool:
    """Whether a column's cells are possible for it."""
    if not cells:
        return rows == 0
    if column.kind == "time":
        return share(cells, _is_time) >= MOST
    if share(cells, _is_time) >= MOST and not share(cells, str.isdigit):
        return False
    if column.choices:
        return share(cells, lambda cell: cell.lower() in column.choices) >= MOST
    if column.name == "rating":
        return share(cells, _is_star) >= MOST
    if column.name == "media":
        return share(cells, _is_amount) >= MOST or share(cells, _is_address) >= MOST
    if column.kind == "number" or (column.kind == "integer" and column.high != 1):
        return share(cells, _is_amount) >= MOST
    if column.name == "url":
        return share(cells, _is_address) >= MOST
    if column.kind == "id":
        if _mean_length(cells) > LONGEST_ID or share(cells, _is_email) >= MOST:
            return False
        if column.name == "consumer" and len(cells) > 2 and {cell.lower() for cell in cells} <= BOOLEANS:
            return False
        # Five stars, four and three may be unique too, and the id of a review can be made.
        if table.name in own_tables.MADE and column.name in ("review", "engagement") and share(cells, _is_star) == 1:
            return False
        is_key = table.key == (column.name,)
        return not is_key or _is_unique(cells, rows)
    if column.name in ("text", "title", "name"):
        return not share(cells, _is_amount) >= MOST and not share(cells, _is_address) >= MOST
    return True


def _match_by_cells(
    table: Table, taken: set[str], known: Mapping[str, str], cells: Mapping[str, list[str]]
) -> dict[str, str]:
    """Columns with unknown names, by their cells: a time, stars, an address, words."""
    looks: dict[str, Callable[[str], bool]] = {
        **{column.name: _is_time for column in table if column.kind == "time"},
        "url": _is_address,
        "rating": lambda cell: _is_star(cell) and float(cell.replace(",", ".")) >= 1,
        "text": _is_long,
    }
    found: dict[str, str] = {}
    rows = max(map(len, cells.values()), default=0)
    for column, look in looks.items():
        if column in table.names and column not in known:
            free = (
                h for h, v in cells.items() if 2 * len(v) >= rows > 0 and h not in taken and h not in found.values()
            )
            if column == "rating":
                free = (header for header in free if not COUNTS.search(plain(header)))
            if header := next((header for header in free if share(cells[header], look) >= MOST), None):
                found[column] = header
    return found


def share(cells: Sequence[str], look: Callable[[str], bool]) -> float:
    """The share of the cells that look so; 0 of none."""
    return sum(look(cell.strip()) for cell in cells) / len(cells) if cells else 0.0


def _is_unique(cells: Sequence[str], rows: int) -> bool:
    """Whether most rows have a cell, and no two the same."""
    return len(set(cells)) == len(cells) >= MOST * rows


def _mean_length(cells: Sequence[str]) -> float:
    return statistics.fmean(map(len, cells))


def _is_time(cell: str) -> bool:
    return bool(TIMES.fullmatch(cell))


def _is_star(cell: str) -> bool:
    return bool(STARS.fullmatch(cell)) and float(cell.replace(",", ".")) <= 10


def _is_amount(cell: str) -> bool:
    return bool(AMOUNT.fullmatch(cell))


def _is_address(cell: str) -> bool:
    return bool(ADDRESS.match(cell))


def _is_email(cell: str) -> bool:
    return contacts.email(cell) is not None


def _is_phone(cell: str) -> bool:
    return bool(re.fullmatch(r"'?\+?[\d\s()./-]{6,20}", cell))


def _is_long(cell: str) -> bool:
    """Whether a cell is a sentence of an alphabet, or a few words of Chinese."""
    if re.search(r"[\u3040-\u30ff\u4e00-\u9fff]{6}", cell):
        return True
    return len(cell) > LONG and len(WORDS.findall(cell)) >= 3 and not _is_address(cell) and not _is_time(cell)
