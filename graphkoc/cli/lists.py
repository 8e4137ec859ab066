"""The verb that writes a saved list as a file, which campaigns and focus groups share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import graphkoc
from graphkoc.cli.access import find_key_file, open_store
from graphkoc.cli.commands import Command
from graphkoc.cli.configuration import read_columns
from graphkoc.cli.options import check_named, encoding_option, lists_option, sheet_options
from graphkoc.cli.results import Result
from graphkoc.text import count

__all__ = ["export_verb"]


def export_verb(group: str, kind: str, what: str) -> click.Command:
    """The verb export of the group of commands `group`, for saved lists of a kind; what: such a list, in help."""

    @click.command(
        "export",
        cls=Command,
        help=f"""Write a saved {what} as a file for another tool.

        The preset plain has all that is known of each person, and upfluence the columns of its import, with the roster
        alone. Every file has the column flags, with what a person should judge first. With --contacts, names, e-mail
        addresses, phone numbers and postal addresses are joined from a file of your CRM, by customer id or by the keys
        of contacts, and only for people whose consent is yes in the store or in that file, and no in neither. They are
        written into this one file and nowhere else. People who may not be contacted are left out and counted. A table
        [columns.plain] in graphkoc.toml renames, reorders and chooses the columns.

        \b
        Examples:
          graphkoc {group} export spring -o spring.csv
          graphkoc {group} export spring --preset upfluence --contacts customers.csv -o spring.csv
        """,
    )
    @click.argument("name")
    @click.option("--preset", default="plain", show_default=True, help="The columns: plain or upfluence.")
    @click.option(
        "--contacts",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="A file of your CRM with names, addresses and phone numbers, joined where there is consent.",
    )
    @encoding_option
    @lists_option
    @sheet_options
    def export(
        name: str, preset: str, contacts: Path | None, encoding: str | None, run: str | None, sheet: Path | None
    ) -> Result:
        file = check_named(sheet)
        columns = read_columns(click.get_current_context()).get(preset)
        found = graphkoc.find_run(run)
        with open_store() as store:
            done: dict[str, Any] = graphkoc.export_list(
                store,
                found,
                name,
                preset,
                file,
                kind=kind,
                columns=columns,
                contacts=contacts,
                key_file=find_key_file(),
                encoding=encoding,
            )
        lines = [f"{count(done['people'], 'people')} in {done['file']}"]
        if contacts is not None:
            lines.append(f"{count(done['with_contacts'], 'people')} of them with contacts")
        lines += [f"left out: {reason}" for reason in done["left_out"]]
        return Result(done, text="\n".join(lines), notes=[f"Note: {note}." for note in done["notes"]])

    return export
