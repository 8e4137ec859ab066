"""The report: one HTML file that shows what a run found, and needs nothing else.

A pure function of a run: no clock, no store, no network. Names come from strangers, so nothing in them
is markup, and the page's policy lets only its own script and style run.
"""

from graphkoc.report.page import render, write_report

__all__ = ["render", "write_report"]
