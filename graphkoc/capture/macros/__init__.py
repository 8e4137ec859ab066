"""What a loader's SELECT may call: the SQL macros in the files beside this one, each with a comment above it.

Some more are not in these files. `masked` and `redacted` are generated from the patterns by which Python masks as well
(`graphkoc.capture.contacts`), so that both always agree. `disclosed` and `origin_of` are generated from the words in
`loaders/origin.toml` (`graphkoc.capture.reading.disclosure`). `plain_text` and `contact_keys` are Python functions,
which `graphkoc.capture.load` registers.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["FILES", "REFUSED", "definitions"]

FILES = ("times", "numbers", "ids", "texts", "mediacrawler", "spreadsheets")
"""DuckDB defines a macro only after those that it calls."""

REFUSED = "refused: "
"""How the message of an error begins that a SELECT raises on purpose, by `refuse(words)`."""


def definitions() -> str:
    """The SQL that defines every macro in the files of this folder."""
    folder = Path(__file__).parent
    return "\n".join((folder / f"{name}.sql").read_text(encoding="utf-8") for name in FILES)
