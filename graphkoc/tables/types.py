"""The kinds of values in the canonical tables, and what each is wherever a table goes."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from graphkoc.tables.schema import Table

__all__ = ["TYPES", "Type", "arrow_schema"]


@dataclass(frozen=True)
class Type:
    """A kind of value: its types in Arrow, pandas, the embedded engine and Neo4j's import, and what a person calls it.

    Rows have a kind with a `separator` as text with it between the items, and the graph has lists.
    """

    arrow: pa.DataType
    pandas: str
    ladybug: str
    imported: str
    one: str
    many: str
    separator: str = ""


TYPES: dict[str, Type] = {
    "id": Type(pa.string(), "str", "STRING", "string", "text", "text"),
    "text": Type(pa.string(), "str", "STRING", "string", "text", "text"),
    "words": Type(pa.string(), "str", "STRING[]", "string[]", "text", "text", " "),
    "list": Type(pa.string(), "str", "STRING[]", "string[]", "text", "text", "\n"),
    "integer": Type(pa.int64(), "Int64", "INT64", "long", "a whole number", "whole numbers"),
    "number": Type(pa.float64(), "float64", "DOUBLE", "double", "a number", "numbers"),
    "time": Type(pa.timestamp("us"), "datetime64[us]", "TIMESTAMP", "datetime", "a time", "times"),
}
"""By `Column.kind`."""


def arrow_schema(table: Table) -> pa.Schema:
    """The table's columns as Arrow types."""
    return pa.schema([(column.name, TYPES[column.kind].arrow) for column in table])
