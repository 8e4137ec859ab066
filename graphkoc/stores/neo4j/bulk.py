"""The graph of a store as files for `neo4j-admin database import`, which fills a server's database while it is down.

It is many times faster than a load, and replaces the whole database, so it is for a first load of more than ten million
rows. The graph is the one that a load and an annotation leave on a server.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from graphkoc.errors import StoreError
from graphkoc.files import replace_folder, translate_errors
from graphkoc.progress import Progress
from graphkoc.stores import Store, key_of
from graphkoc.stores.neo4j.writing import ROLE_LABELS
from graphkoc.tables.schema import TABLES, Column, Edge, node_tables

__all__ = ["Bulk", "export_bulk"]

ROWS_A_FILE = 5_000_000
ARGUMENTS = "import.args"
COMMAND = f"neo4j-admin database import full neo4j @{ARGUMENTS}"

ITEM_END = "\x1f"
"""Between the items of a list: a control character, which no text should have."""

TYPES = {"integer": "long", "number": "double", "time": "localdatetime"}
"""What the tool calls a kind of column; all others are `string`."""


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

    Raises StoreError where there is something at `folder` that is not an older export, or files cannot be written.
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
    for label, tables in node_tables().items():
        key = key_of(label)
        columns = {column.name: column for table in tables for column in table.properties if column.name != key}
        kinds = {key: "id"} | {name: column.kind for name, column in columns.items()}
        shown = ", ".join(f"n.`{name}` AS `{name}`" for name in kinds)
        rows = store.read_columns(f"MATCH (n:`{label}`)\nWHERE n.`{key}` IS NOT NULL\nRETURN {shown}", kinds)
        header = [f"{key}:ID({label})", *(_title(name, kinds[name]) for name in columns)]
        written = _to_text(rows.sort_values(key), kinds)
        if label == "Person":
            written, header = (
                written.append_column("labels", _label_persons(rows.sort_values(key))),
                [*header, ":LABEL"],
            )
        yield f"--nodes={label}", label, header, written
    for edge, own in _list_edges():
        kinds = {"source_key": "id", "target_key": "id"} | {column.name: column.kind for column in own}
        source, target = key_of(edge.source), key_of(edge.target)
        shown = f"a.`{source}` AS source_key, b.`{target}` AS target_key"
        shown += "".join(f", e.`{column.name}` AS `{column.name}`" for column in own)
        rows = store.read_columns(
            f"MATCH (a:`{edge.source}`)-[e:`{edge.type}`]->(b:`{edge.target}`)"
            f"\nWHERE a.`{source}` IS NOT NULL AND b.`{target}` IS NOT NULL\nRETURN {shown}",
            kinds,
        )
        header = [f":START_ID({edge.source})", f":END_ID({edge.target})"]
        header += [_title(column.name, column.kind) for column in own]
        name = f"{edge.source}-{edge.type}-{edge.target}"
        yield f"--relationships={edge.type}", name, header, _to_text(rows.sort_values(list(kinds)[:2]), kinds)
    yield "--nodes=Decision", "Decision", *_list_decisions(store)


def _list_edges() -> Iterator[tuple[Edge, list[Column]]]:
    for table in TABLES.values():
        for edge in table.edges:
            yield edge, [] if table.node else table.properties


def _list_decisions(store: Store) -> tuple[list[str], pa.Table]:
    """The header and the lines of the link journal, as they are written."""
    lines = store.decisions()
    names = ("at", "verb", "account", "other", "rule", "why")
    columns = {"number": [str(number) for number in range(len(lines))]}
    columns |= {name: [getattr(line, name) for line in lines] for name in names}
    header = ["number:long", *(f"{name}:string" for name in names)]
    return header, pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def _label_persons(rows: pd.DataFrame) -> pa.Array:
    """The second labels of persons by their roles."""
    labels = {role: label for label, roles in ROLE_LABELS.items() for role in roles}
    return pa.array(rows["role"].map(labels), pa.string(), from_pandas=True)


def _title(name: str, kind: str) -> str:
    return f"{name}:{TYPES.get(kind, 'string')}"


def _to_text(rows: pd.DataFrame, kinds: Mapping[str, str]) -> pa.Table:
    """The rows as the tool reads them: times as ISO 8601."""
    found = pa.Table.from_pandas(rows, preserve_index=False)
    columns = []
    for name, kind in kinds.items():
        column = found[name]
        if kind == "time":
            column = pc.strftime(column, "%Y-%m-%dT%H:%M:%S")
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
