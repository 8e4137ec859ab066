"""Files as they come, read into tables of text, and the SQL that makes canonical rows of them.

Which files a source has (`views`), where they lie (`gather`, `archives`), what is in them (`encoding`, `lines`,
`raw`, `typed`, `documents`), what their columns are called (`mapping`, `scaffold`, `canonical`), and the words
that a loader's SELECTs are written in (`dialect`, `shop`, `markup`, `origin`). A row that cannot be read is named
with what is wrong with it, never dropped.
"""

from __future__ import annotations

__all__ = [
    "archives",
    "canonical",
    "dialect",
    "documents",
    "encoding",
    "gather",
    "lines",
    "mapping",
    "markup",
    "origin",
    "raw",
    "scaffold",
    "shop",
    "typed",
    "views",
]
