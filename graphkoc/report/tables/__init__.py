"""The tables of a report: all rows of its lists, which the page shows only the first of.

Made of the same facts as the page, by the same functions, so that a number is the same in both.
"""

from graphkoc.report.tables.crm import export_crm
from graphkoc.report.tables.save import SHEETS, export_tables, make_tables

__all__ = ["SHEETS", "export_crm", "export_tables", "make_tables"]
