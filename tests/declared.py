"""What a run may hold: the declared columns and nothing else."""

from __future__ import annotations

import graphkoc
from graphkoc.qualify.score.features import FEATURES
from graphkoc.runs.tables import TABLES

__all__ = ["check_columns"]

REGISTRIES = {
    "": [],
    "measures": list(graphkoc.MEASURES),
    "features": [feature.name for feature in FEATURES],
}


def check_columns(run: graphkoc.Run) -> None:
    """Assert that each table has every column that it must have, of the declared type, and none but declared ones."""
    for name, table in TABLES.items():
        found = run.table(name).dtypes.astype(str).to_dict()
        assert {column: found.get(column) for column in table.required} == table.required, name
        declared = {column.name: column.dtype for column in table.columns}
        declared |= {column: "float64" for column in REGISTRIES[table.registry] if column not in declared}
        assert {column: dtype for column, dtype in found.items() if declared.get(column) != dtype} == {}, name
