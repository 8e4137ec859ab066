"""Listen: answers of people who were asked, findings and replies; and the briefs of a campaign."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

import graphkoc
from graphkoc.cli.access import list_notices, open_store
from graphkoc.cli.commands import Command, Listing
from graphkoc.cli.options import encoding_option, line_format_option, lists_option, output_options
from graphkoc.cli.results import Result
from graphkoc.cli.terminal import wrap
from graphkoc.text import count

__all__ = ["COMMANDS"]

MOST = 10
"""Rows that were not taken and are named in a terminal; JSON has all of them."""
QUOTED = 3
"""Quotes of a finding in a terminal."""
FOLDER = click.Path(file_okay=False, path_type=Path)
language_option = click.option(
    "--lang",
    "language",
    type=click.Choice(graphkoc.FINDING_LANGUAGES),
    default="en",
    show_default=True,
    help="Language.",
)


@click.command(cls=Command)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--campaign", metavar="NAME", help="The campaign or focus group whose people answered; needed.")
@click.option(
    "--dates",
    type=click.Choice(["dmy", "mdy", "ymd"]),
    default=None,
    help="Which part of 03/04/2024 is the day, where the column does not show it.",
)
@encoding_option
@lists_option
@output_options
def feedback(file: Path, campaign: str | None, dates: str | None, encoding: str | None, run: str | None) -> Result:
    """Read the answers of people who were asked, as feedback.

    FILE is a sheet or an export of a form: person, product, rating, text, date. People are recognised by what the list
    has of them: id, handle, name, address or code. Feedback is kept beside the runs and shown in the graph, in
    `graphkoc explain` and in `graphkoc findings`. It is no review: no score, plan or share of voice changes. Rows of
    people who are not on the list are named and not taken, and the command ends with 7. A file that is read twice adds
    nothing.

    \b
    Examples:
      graphkoc feedback answers.csv --campaign spring-group
      graphkoc feedback answers.xlsx --campaign spring --dates dmy
    """
    if not campaign:
        raise click.UsageError("Say which campaign or group was asked: --campaign NAME.")
    found = graphkoc.find_run(run)
    with open_store() as store:
        done = graphkoc.record_feedback(store, found, file, campaign, dates=dates or "", encoding=encoding)
    text = f"{count(done['new'], 'new answers')} by {count(done['people'], 'people')}, {done['known']} known before"
    wrong = done["not_taken"]
    notes = [f"Note: {note}." for note in done["notes"]] + [f"Not taken: {why}." for why in wrong[:MOST]]
    if len(wrong) > MOST:
        notes.append(f"{len(wrong) - MOST} more rows were not taken; --format json lists all of them.")
    return Result(done, text=text, notes=notes, exit_code=7 if wrong else 0)


@click.command(cls=Command)
@click.argument("name", required=False)
@language_option
@lists_option
@output_options
def findings(name: str | None, language: str, run: str | None) -> Result:
    """List what answers come to, ranked, and what became of it.

    NAME is a campaign or focus group; all whose people answered by default. A finding is what several people raise, in
    whichever of English, Chinese and German: how many name it as a problem or praise it, a quote of each, whether the
    reviews before said it too, and what to do. `set` records what became of it; `reply` drafts what to tell those who
    raised it.

    \b
    Examples:
      graphkoc findings
      graphkoc findings spring-group --lang zh
      graphkoc findings set lid-drips --status done --owner Ada --note "New gasket since April"
      graphkoc findings reply spring-group -o replies
    Write ./set for a campaign that is named set.
    """
    found = graphkoc.find_run(run)
    wanted = None if name is None else name.removeprefix("./")
    with open_store() as store:
        documents = graphkoc.read_findings(store, found, wanted, language=language)
    rows = [_flatten(finding) for document in documents for finding in document["findings"]]
    text = "\n".join(line for document in documents for line in _describe(document))
    return Result(documents, rows=rows, text=text.rstrip("\n"), notes=list_notices(found))


def _describe(document: Mapping[str, Any]) -> list[str]:
    """The findings of a campaign or group, a paragraph each."""
    rating = "" if document["rating"] is None else f", rated {document['rating']:.1f} on average"
    by = f"{count(document['answers'], 'answers')} by {count(document['people'], 'people')}"
    lines = [f"{document['campaign']}: {by}{rating}"]
    if not document["findings"]:
        lines += ["  No two people raise the same."]
    for number, finding in enumerate(document["findings"], 1):
        state = finding["status"] + (f", {finding['owner']}" if finding["owner"] else "")
        state += f", due {finding['due']}" if finding["due"] else ""
        counts = f"{count(finding['people'], 'people')}, {finding['critical']} critical, {finding['positive']} positive"
        lines += wrap(f"{number:>2}. {finding['theme']} [{finding['id']}]: {counts}; {state}", "    ")
        lines += wrap(f"    {finding['recommendation']}", "    ")
        lines += wrap(f"    {finding['compared']}", "    ")
        lines += wrap(f"    Note: {finding['note']}", "    ") if finding["note"] else []
        for quote in finding["quotes"][:QUOTED]:
            lines += wrap(f"    “{quote['sentence']}” ({quote['name']})", "    ")
    for row in document["not_raised"]:
        lines += wrap(f"  - {row['theme']}: {row['sentence']}", "    ")
    return [*lines, ""]


def _flatten(finding: Mapping[str, Any]) -> dict[str, Any]:
    """A finding as a row of a table."""
    quotes = "\n".join(quote["sentence"] for quote in finding["quotes"][:QUOTED])
    kept = [name for name in finding if name not in ("words", "consumers", "quotes", "niches")]
    return {name: finding[name] for name in kept} | {"quotes": quotes}


@click.command("set", cls=Command)
@click.argument("finding")
@click.option("--status", type=click.Choice(graphkoc.FINDING_STATUSES), help="What became of it.")
@click.option("--owner", metavar="NAME", help="Who sees to it.")
@click.option("--due", type=click.DateTime(["%Y-%m-%d"]), help="Until when.")
@click.option("--note", metavar="TEXT", help="What was done or why not; replies and briefs say it.")
@click.option("--campaign", metavar="NAME", help="Needed where several campaigns have a finding of that id.")
@lists_option
@output_options
def set_finding(finding: str, due: datetime | None, campaign: str | None, run: str | None, **given: Any) -> Result:
    """Record what became of a finding.

    FINDING is the id that `graphkoc findings` shows in brackets. What is not given stays as it is. The finding keeps
    its id and words from then on, also when more people answer. Once it is taken, declined or done, replies and briefs
    take it up.

    \b
    Examples:
      graphkoc findings set lid-drips --status taken --owner Ada --due 2026-04-01
      graphkoc findings set lid-drips --status done --note "New gasket since April"
    """
    found = graphkoc.find_run(run)
    day = None if due is None else due.date()
    with open_store() as store:
        done = graphkoc.set_finding(store, found, finding, campaign=campaign, due=day, **given)
    who = "".join(f", {done[name]}" for name in ("owner", "due", "note") if done[name])
    return Result(done, text=f"{done['theme']} of {done['campaign']}: {done['status']}{who}")


@click.command("reply", cls=Command)
@click.argument("name", required=False)
@click.option("--brand", default="", help="Whom the replies are from; by default the client, or your own brand.")
@click.option("--sender", default="", help="The name of the person who writes.")
@click.option(
    "-o", "--output", "folder", type=FOLDER, metavar="DIR", help="Write a text file for each person into this folder."
)
@line_format_option
@lists_option
def reply(name: str | None, brand: str, sender: str, folder: Path | None, run: str | None) -> Result:
    """Draft "you said, we did" for those who raised a finding.

    NAME is a campaign or focus group; all by default. Everybody who raised a finding that is done, taken or declined
    gets one text in the language of their answer (English, Chinese or German), with what they said and what became of
    it. Nothing is sent. Whoever may not be contacted gets none.

    \b
    Examples:
      graphkoc findings reply spring-group
      graphkoc findings reply spring-group --sender Ada -o replies
    """
    found = graphkoc.find_run(run)
    with open_store() as store:
        done = graphkoc.reply_to_answers(store, found, name, folder, brand=brand, sender=sender)
    if folder is None:
        lines = [line for one in done["replies"] for line in (f"# {one['name']} ({one['consumer']})", one["text"])]
    else:
        lines = [f"{count(len(done['replies']), 'replies')} in {done['folder']}"]
    lines += [f"left out: {reason}" for reason in done["left_out"]]
    return Result(done, text="\n".join(lines) or "No finding is done, taken or declined yet.")


@click.command(cls=Command)
@click.argument("name", metavar="CAMPAIGN")
@click.option("--person", metavar="WHO", help="Only this person, by id, handle, name or address.")
@click.option(
    "--lang",
    "language",
    type=click.Choice(graphkoc.FINDING_LANGUAGES),
    help="Language; by default Chinese for those who write Chinese, else English.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE|DIR",
    help="A folder, or with --person an .md file; needed.",
)
@line_format_option
@lists_option
def brief(name: str, person: str | None, language: str | None, output: Path | None, run: str | None) -> Result:
    """Write a brief for each person of a campaign, in Markdown.

    CAMPAIGN is a campaign or a saved plan. A brief has the product, do and don't, search terms of what people write
    about such products, the label and filing that the post needs, dates, code and link, and what was done of the
    findings about the product. Reserves, people who declined and people who may not be contacted get none, and neither
    do those for whom a platform forbids what is given.

    \b
    Examples:
      graphkoc brief spring -o briefs
      graphkoc brief spring --person @lin --lang zh -o lin.md
    """
    if output is None:
        raise click.UsageError("Name a folder with -o, or with --person an .md file.")
    found = graphkoc.find_run(run)
    with open_store() as store:
        done = graphkoc.write_briefs(store, found, name, output, person=person, language=language)
    lines = [f"{count(len(done['briefs']), 'briefs')} in {output}"]
    lines += [f"left out: {reason}" for reason in done["left_out"]]
    return Result(done, text="\n".join(lines), notes=[f"Note: {done['notice']}"])


findings_group = Listing(findings, [set_finding, reply])

COMMANDS = (feedback, findings_group, brief)
