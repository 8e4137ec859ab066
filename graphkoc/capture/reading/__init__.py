"""Raw files as they come, read into tables of text.

`views` declares which files a source has, `files` and `archives` find them, `encoding`, `table_file`, `line_files`,
`formats` and `json_documents` read them, `mapping`, `scaffold` and `own_tables` decide which column is which, and
`html_text` and `disclosure` interpret what people wrote. A row that cannot be read is reported with the reason, never
dropped.
"""

from __future__ import annotations

__all__ = [
    "archives",
    "disclosure",
    "encoding",
    "files",
    "formats",
    "html_text",
    "json_documents",
    "line_files",
    "mapping",
    "own_tables",
    "scaffold",
    "table_file",
    "views",
]
