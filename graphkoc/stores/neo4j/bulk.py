"""The graph of a store as files for `neo4j-admin database import`, which fills a server's database while it is down.

It is many times faster than a load, and replaces the whole database, so it is for a first load of more than ten million
rows. The graph is the one that a load and an annotation leave on a server.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from graphkoc.errors import DataError, StoreError
from graphkoc.files import replace_folder, translate_errors
from graphkoc.progress import Progress
from graphkoc.stores import Store, key_of
from graphkoc.stores.captions import CAPTIONS
from graphkoc.stores.journal import Decision
from graphkoc.tables.schema import KIND_LABELS, ROLE_LABELS, TABLES, Column, Edge, node_tables
from graphkoc.tables.types import TYPES

__all__ = ["Bulk", "export_bulk"]

ROWS_A_FILE = 5_000_000
ARGUMENTS = "import.args"
COMMAND = f"neo4j-admin database import full neo4j @{ARGUMENTS}"

ITEM_END = "\x1f"
"""Between the items of a list: a control character, which no text should have."""


@dataclass
class Bulk:
    """The files of an export.

    folder: where they are. command: what imports them, to be run in the folder. nodes, relationships: how many of each
    label and type there are. properties: how many values all of these have. The tool reports the three sums.
    """

    folder: Path
    command: str = COMMAND
    nodes: dict[str, int] = field(default_factory=dict)
    relationships: dict[str, int] = field(default_factory=dict)
    properties: int = 0

    @property
    def reported(self) -> dict[str, int]:
        """What the tool has to report at its end."""
        sums = {"nodes": sum(self.nodes.values()), "relationships": sum(self.relationships.values())}
        return sums | {"properties": self.properties}


def export_bulk(store: Store, folder: Path, progress: Progress | None = None) -> Bulk:
    """Write the whole graph of a store into a new folder; one table at a time is in memory.

    Raises StoreError where there is something at `folder` that is not an older export, or files cannot be written;
    and DataError for a list with a control character in it that the files need themselves.
    """
    if folder.is_file() or (folder.exists() and any(folder.iterdir()) and not (folder / ARGUMENTS).exists()):
        raise StoreError(f"{folder} is not an export", hint="Name a folder that is empty or not there yet.")
    bulk = Bulk(folder)
    failure = f"{folder} cannot be written"
    arguments = ["--id-type=string", "--multiline-fields=true", "--overwrite-destination=true"]
    arguments.append(f"--array-delimiter=U+{ord(ITEM_END):04X}")
    with replace_folder(folder, failure) as fresh, translate_errors(failure):
        for step, (option, name, header, rows) in enumerate(_list_tables(store)):
            files = [f"{name}-header.csv", *_write_rows(fresh, name, header, rows)]
            kind, _, type_ = option.partition("=")
            counted = bulk.nodes if kind == "--nodes" else bulk.relationships
            counted[type_] = counted.get(type_, 0) + rows.num_rows
            bulk.properties += sum(
                rows.num_rows - column.null_count
                for column, title in zip(rows.columns, header, strict=True)
                if not title.startswith(":")
            )
            arguments.append(f"{option}={','.join(files)}")
            if progress:
                progress("exporting", step + 1, 0, bulk.reported["nodes"] + bulk.reported["relationships"])
        (fresh / ARGUMENTS).write_text("".join(f"{argument}\n" for argument in arguments), encoding="utf-8")
    return bulk


def _list_tables(store: Store) -> Iterator[tuple[str, str, list[str], pa.Table]]:
    """The option of the tool that takes each table, the table's name, its header and its rows, as they are written."""
    labels = _list_labels(store)
    keys = pa.array([], pa.string())
    for label, tables in node_tables().items():
        key = key_of(label)
        kinds = {key: "id"} | ({"name": "text"} if label in CAPTIONS else {})
        kinds |= {column.graph_name: column.kind for table in tables for column in table.properties}
        shown = ", ".join(f"n.`{name}` AS `{name}`" for name in kinds)
        found = store.read_columns(f"MATCH (n:`{label}`)\nWHERE n.`{key}` IS NOT NULL\nRETURN {shown}", kinds)
        rows = _to_text(found.sort_values(key), kinds)
        header = [f"{key}:ID({label})", *(_title(name, kinds[name]) for name in rows.column_names[1:])]
        if label in labels:
            rows, header = rows.append_column("labels", _pick(labels[label], rows[key])), [*header, ":LABEL"]
        if label == "Consumer":
            keys = rows[key].combine_chunks()
        yield f"--nodes={label}", label, header, rows
    for edge, own in _list_edges():
        source, target = key_of(edge.source), key_of(edge.target)
        kinds = {"source_key": "id", "target_key": "id"} | {column.graph_name: column.kind for column in own}
        shown = f"a.`{source}` AS source_key, b.`{target}` AS target_key"
        shown += "".join(f", e.`{column.graph_name}` AS `{column.graph_name}`" for column in own)
        found = store.read_columns(
            f"MATCH (a:`{edge.source}`)-[e:`{edge.type}`]->(b:`{edge.target}`)"
            f"\nWHERE a.`{source}` IS NOT NULL AND b.`{target}` IS NOT NULL\nRETURN {shown}",
            kinds,
        )
        header = [f":START_ID({edge.source})", f":END_ID({edge.target})"]
        header += [_title(column.graph_name, column.kind) for column in own]
        rows = _to_text(found.sort_values(["source_key", "target_key"]), kinds)
        yield f"--relationships={edge.type}", f"{edge.source}-{edge.type}-{edge.target}", header, rows
    yield from _list_decisions(store, keys)


def _list_edges() -> Iterator[tuple[Edge, list[Column]]]:
    """Each kind of edge between two labels, and its own properties."""
    for table in TABLES.values():
        for edge in table.edges:
            yield edge, [] if table.node else table.properties


def _list_decisions(store: Store, consumers: pa.Array) -> Iterator[tuple[str, str, list[str], pa.Table]]:
    """The link journal as `_list_tables` gives tables: its lines, and the accounts of them that are there."""
    lines = store.decisions()
    columns = {field.name: [getattr(line, field.name) for line in lines] for field in fields(Decision)}
    numbers = [str(number) for number in range(len(lines))]
    rows = {"id": numbers, "number": numbers, "name": [line.name for line in lines], **columns}
    header = [":ID(Decision)", "number:long", "name:string"]
    header += [_title(name, "time" if name == "at" else "text") for name in columns]
    yield "--nodes=Decision", "Decision", header, _table(rows)
    ends = _table({"id": numbers * 2, "account": columns["account"] + columns["other"]})
    ends = ends.filter(pc.is_in(ends["account"], consumers))
    header = [":START_ID(Decision)", ":END_ID(Consumer)"]
    yield "--relationships=DECIDES_ON", "Decision-DECIDES_ON-Consumer", header, ends


def _list_labels(store: Store) -> dict[str, dict[str, str]]:
    """Second labels by key, as an analysis leaves them: of persons by role, and of own and staff accounts."""
    persons = store.table("scores", ["person", "role"])
    if persons.empty:
        return {"Person": {}, "Consumer": {}}
    of_roles = {role: label for label, roles in ROLE_LABELS.items() for role in roles}
    of_kinds = {kind: label for label, kind in KIND_LABELS.items()}
    accounts = store.table("consumers", ["consumer", "kind"])
    accounts = accounts.assign(label=accounts["kind"].map(of_kinds)).dropna(subset=["label"])
    theirs = store.table("persons").merge(accounts, left_on="account", right_on="consumer")
    labels = persons.assign(label=persons["role"].map(of_roles)).dropna(subset=["label"])
    labels = pd.concat([labels[["person", "label"]], theirs[["person", "label"]]]).drop_duplicates()
    return {
        "Person": labels.groupby("person")["label"].agg(ITEM_END.join).to_dict(),
        "Consumer": dict(zip(accounts["consumer"], accounts["label"], strict=True)),
    }


def _pick(labels: Mapping[str, str], keys: pa.ChunkedArray) -> pa.Array:
    return pa.array([labels.get(key) for key in keys.to_pylist()], pa.string())


def _title(name: str, kind: str) -> str:
    """The header of a column."""
    return f"{name}:{TYPES[kind].imported}"


def _table(columns: Mapping[str, list[str]]) -> pa.Table:
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def _to_text(rows: pd.DataFrame, kinds: Mapping[str, str]) -> pa.Table:
    """The rows as the tool reads them: times in UTC as ISO 8601, and lists with ITEM_END between the items."""
    found = pa.Table.from_pandas(rows, preserve_index=False)
    columns = []
    for name, kind in kinds.items():
        column = found[name]
        if kind == "time":
            column = pc.strftime(column, "%Y-%m-%dT%H:%M:%SZ")
        elif separator := TYPES[kind].separator:
            if pc.any(pc.match_substring(column, ITEM_END)).as_py():
                hint = "Take U+001F out of the raw file, and load it again."
                raise DataError(f"{name} has a control character that cannot be exported in a list", hint=hint)
            column = pc.replace_substring(column, separator, ITEM_END)
        columns.append(column.cast(pa.string()))
    return pa.table(columns, names=list(kinds))


def _write_rows(folder: Path, name: str, header: list[str], rows: pa.Table) -> Iterator[str]:
    """Write the header and the rows of a table; the names of the files with rows. A null has no quotes around it."""
    (folder / f"{name}-header.csv").write_text(",".join(header) + "\n", encoding="utf-8")
    options = csv.WriteOptions(include_header=False, quoting_style="all_valid")
    for number, start in enumerate(range(0, max(1, rows.num_rows), ROWS_A_FILE), 1):
        file = f"{name}-{number}.csv"
        csv.write_csv(rows.slice(start, ROWS_A_FILE), folder / file, options)
        yield file
