"""The report: one document of facts, and the page, the Markdown, the pictures and the slides that are made of it.

A pure function of a run and of the lists and campaigns beside it: no clock, no store, no network. Names come from
strangers, so nothing in them is markup, and the page's policy lets only its own script and style run.
"""

from graphkoc.report.document import make_document
from graphkoc.report.page import render, render_markdown, save_document, write_report
from graphkoc.report.pictures import save_picture, save_pictures
from graphkoc.report.readers import Reader
from graphkoc.report.slides import save_slides

__all__ = [
    "Reader",
    "make_document",
    "render",
    "render_markdown",
    "save_document",
    "save_picture",
    "save_pictures",
    "save_slides",
    "write_report",
]
