"""What a run found of the customers of a shop, for the shop's own system: a row for each, by its own id.

`graphkoc load` recognises the file (`loaders/crm/layouts.toml` has its columns) and changes nothing by it.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

from graphkoc.errors import AnalysisError, StoreError, UsageError
from graphkoc.exports.book import Column, Sheet, as_book, as_sheet_csv
from graphkoc.files import replace_file, translate_errors
from graphkoc.invite.opted_out import list_opted_out
from graphkoc.runs.roles import RANKED
from graphkoc.runs.run import Run
from graphkoc.text import display_name, number_or_none

__all__ = ["COLUMNS", "export_crm"]

SOURCE, UNNUMBERED = "crm:", "contact-"
"""How the ids of a shop's customers begin, and those of customers to whom the shop gave no number."""
OPTED_OUT = "not to contact"
"""The flag of a key opinion consumer who objected in a campaign, or whose consent is no."""
COLUMNS = (
    Column("customer", "Customer ID"),
    Column("koc", "KOC"),
    Column("tier", "Audience tier"),
    Column("niches", "Niches"),
    Column("score", "Last score", "number"),
    Column("as_of", "As of", "day"),
)
"""As the layout has them; in English in every language, because programs read them."""


def export_crm(run: Run, path: Path) -> dict[str, Any]:
    """Write what the run found of each customer as .csv or .xlsx: customer id, KOC flag, tier, niches and score.

    Customers are the accounts of the source crm; of linked accounts all have what was found of the person. Returns
    {file, customers, kocs, opted_out, left_out}: opted_out are KOCs who may not be contacted, left_out are customers
    without a number of the shop. Raises UsageError for another kind of file, AnalysisError where the run has no
    customer, and StoreError when it cannot be written.
    """
    kind = path.suffix.lower()
    if kind not in (".csv", ".xlsx"):
        raise UsageError(f"flags for a CRM are not written to files like {path.name}", hint="Use .csv or .xlsx.")
    customers = _find_customers(run)
    numbered = [one for one in customers if not one.startswith(f"{SOURCE}{UNNUMBERED}")]
    if not numbered:
        hint = "`graphkoc load crm FILE` adds a shop's customers."
        raise AnalysisError("the run has no customer of a shop", hint=hint)
    sheet = Sheet("crm", "Customers", COLUMNS, _list_rows(run, {one: customers[one] for one in numbered}), fixed=1)
    written = as_sheet_csv(sheet).encode() if kind == ".csv" else as_book([sheet], "Customers")
    with translate_errors(f"{path} cannot be written", "Name another file with -o.", StoreError):
        replace_file(path, written)
    return {
        "file": str(path),
        "customers": len(numbered),
        "kocs": sum(row["koc"] != "no" for row in sheet.rows),
        "opted_out": sum(row["koc"] == OPTED_OUT for row in sheet.rows),
        "left_out": len(customers) - len(numbered),
    }


def _find_customers(run: Run) -> dict[str, str]:
    """The person of each account of a shop, by account."""
    own = {row["consumer"]: row["consumer"] for row in run.rows("people", ["consumer"])}
    linked = {row["account"]: row["consumer"] for row in run.rows("accounts", ["account", "consumer"])}
    return {one: who for one, who in sorted((own | linked).items()) if one.startswith(SOURCE)}


def _list_rows(run: Run, customers: dict[str, str]) -> list[dict[str, Any]]:
    wanted = set(customers.values())
    columns = ["consumer", "role", "label", "score"]
    people = {row["consumer"]: row for row in run.rows("people", columns, ("consumer", wanted))}
    niches: dict[str, list[str]] = defaultdict(list)
    members = run.members_of("niche")
    for consumer, niche in zip(members["consumer"], members["niche"], strict=True):
        if consumer in wanted:
            niches[consumer].append(display_name(run.group_name("niche", niche) or str(niche)))
    opted_out = list_opted_out(run)
    day = str(run.info["at"])[:10]
    return [
        {
            "customer": account.removeprefix(SOURCE),
            "koc": "no" if people[who]["role"] not in RANKED else OPTED_OUT if opted_out & {account, who} else "yes",
            "tier": people[who]["label"],
            "niches": "; ".join(sorted(niches[who])) or None,
            "score": None if (score := number_or_none(people[who]["score"])) is None else round(score, 2),
            "as_of": day,
        }
        for account, who in customers.items()
    ]
