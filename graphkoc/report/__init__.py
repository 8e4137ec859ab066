"""The report: one document of facts, and the page and the Markdown that are made of it.

A pure function of a run and of the lists and campaigns beside it: no clock, no store, no network. Names come from
strangers, so nothing in them is markup, and the page's policy lets only its own script and style run.
"""

from graphkoc.report.document import make_document
from graphkoc.report.page import render, render_markdown, save_document, write_report
from graphkoc.report.readers import Reader

__all__ = ["Reader", "make_document", "render", "render_markdown", "save_document", "write_report"]
