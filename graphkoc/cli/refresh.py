"""It arrives by itself: load, analyse, compare and report in one command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import graphkoc
from graphkoc.cli.access import find_key_file, list_notices
from graphkoc.cli.capture import REJECTED, describe_load, split_source
from graphkoc.cli.commands import Command
from graphkoc.cli.configuration import own_path, read_lists
from graphkoc.cli.options import line_format_option
from graphkoc.cli.qualify import read_settings
from graphkoc.cli.results import Result
from graphkoc.cli.terminal import ProgressLine
from graphkoc.progress import LOADING, list_steps

__all__ = ["COMMANDS"]

ANALYSIS = ("platform", "until", "min_size", "measures", "tiers", "skip")
"""Options of `analyse` that are settings of the run."""


@click.command(cls=Command)
@click.argument("given", nargs=-1, metavar="[SOURCE] [PATHS]...")
@click.option(
    "-o",
    "--output",
    "reports",
    type=click.Path(file_okay=False, path_type=Path),
    default="reports",
    show_default=True,
    metavar="DIR",
    help="The folder of reports, a DIR of its own.",
)
@click.option(
    "--lang", "language", type=click.Choice(("en", "zh")), default="en", show_default=True, help="Their language."
)
@click.option("--keep", type=click.IntRange(min=1), help="Keep this many reports, and remove older ones.")
@click.option("--on-fail", metavar="CMD", help="Run this in a shell after a failure; GRAPHKOC_ERROR has the error.")
@click.option("--ok-rejected", is_flag=True, help="End with 0 and not with 7 where rows or files were not taken.")
@click.option(
    "--mail-for",
    type=click.Choice(("analyst", "client")),
    default="client",
    show_default=True,
    help="Whose page is mailed: the client's names nobody who has not accepted.",
)
@click.option("--send", is_flag=True, help="Only send the newest report to those who were not sent it yet.")
@line_format_option
def refresh(given: tuple[str, ...], ok_rejected: bool, send: bool, **options: Any) -> Result:
    """Load what is new, analyse, compare with the run before, and report.

    PATHS are what `load` takes; by default those of [refresh] in graphkoc.toml. [load] and [analyse] there set how they
    are loaded and analysed. A report is a folder under reports/, with a page for you and one for the client;
    index.html lists all of them, and latest.html is the newest. Each refresh is a line of refreshes.jsonl.

    Without new data there is no new report, and the command ends with 0. A refresh that fails or is killed leaves the
    last report as it is, and the next refresh continues. Rows that were rejected are counted, and the others are
    reported all the same: the command then ends with exit code 7, or with --ok-rejected with 0.

    A new report is mailed to GRAPHKOC_MAIL_TO by the server GRAPHKOC_SMTP_URL (smtp://user@host:587, or smtps://; with
    GRAPHKOC_SMTP_PASSWORD, from GRAPHKOC_MAIL_FROM), and its counts, without names, are posted to GRAPHKOC_WEBHOOK_URL,
    where these are set. What is not taken ends with exit code 5, and the next refresh, or --send, sends it again.

    \b
    Examples:
      graphkoc refresh exports/
      graphkoc refresh exports/ --keep 12 --ok-rejected
      graphkoc refresh --on-fail 'logger "$GRAPHKOC_ERROR"'
      graphkoc refresh --send
    """
    if send:
        return _send(graphkoc.RefreshRequest(**options))
    context = click.get_current_context()
    words = given or read_lists(context, "refresh")["paths"]
    source, paths = split_source(words) if words else (None, [])
    loading = _read_options(context, "load", words or ("nothing",))
    analysis = _read_options(context, "analyse")
    request = graphkoc.RefreshRequest(
        tuple(paths),
        source,
        graphkoc.Answers(dates=loading["dates"] or ""),
        loading["encoding"],
        find_key_file(),
        own_path("key"),
        loading["no_contacts"],
        loading["accept_partial"],
        read_settings({name: analysis[name] for name in ANALYSIS}),
        analysis["threads"],
        **options,
    )
    with ProgressLine.from_options((*LOADING, *list_steps(request.settings.skip), "storing")) as progress:
        done = graphkoc.refresh_reports(context.find_root().params["store"], request, progress)
    notes = list_notices(done.run)
    if not words:
        notes.append("Nothing was loaded: name PATHS, or set paths of [refresh] in graphkoc.toml.")
    notes += describe_load(done.loaded, done.rejects) if done.loaded else []
    page = done.report / "report.html"
    new = done.outcome == "reported"
    text = f"report  {page}" if new else f"Nothing is new since the last report.\nreport  {page}"
    text += f"\nall     {done.report.parent / 'index.html'}"
    missed = bool(done.entry["rejected"] or done.entry["unread"])
    sent = dict(done.sent) if done.sent else None
    document = {**done.entry, "report": str(page), "rejects": str(done.rejects) if done.rejects else None, "sent": sent}
    code = REJECTED if missed and not ok_rejected else 0
    if sent:
        text += f"\n{_describe_sent(sent)}"
        notes += _list_errors(sent)
    return Result(document, text=text, notes=notes, exit_code=_choose_code(sent) or code)


def _send(request: graphkoc.RefreshRequest) -> Result:
    """Send the newest report, and do nothing else."""
    folder, sent = graphkoc.send_newest(request)
    document = {"report": str(folder / "report.html"), "sent": sent}
    if sent is None:
        return Result(document, text="Everybody was sent the newest report already.")
    return Result(document, text=_describe_sent(sent), notes=_list_errors(sent), exit_code=_choose_code(sent))


def _describe_sent(sent: dict[str, Any]) -> str:
    """To whom a report was sent."""
    to = [
        *(sent["mail"] or {}).get("to", ()),
        *([sent["webhook"]["host"]] if (sent["webhook"] or {}).get("taken") else []),
    ]
    return f"sent    {', '.join(to) or 'to nobody'}"


def _list_errors(sent: dict[str, Any]) -> list[str]:
    again = ["The next refresh sends it again, or `graphkoc refresh --send` at once."] if sent["errors"] else []
    return [*(f"Error: {error}." for error in sent["errors"]), *again]


def _choose_code(sent: dict[str, Any] | None) -> int:
    """The exit code of what was sent: 5 where something was not taken."""
    return graphkoc.StoreError.exit_code if sent and sent["errors"] else 0


def _read_options(context: click.Context, command: str, words: tuple[str, ...] = ()) -> dict[str, Any]:
    """The options of another command, as the environment and configuration files set them."""
    root = context.find_root()
    assert isinstance(root.command, click.Group)
    return root.command.commands[command].make_context(command, [*words], parent=root).params


COMMANDS = (refresh,)
