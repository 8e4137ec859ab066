"""Focus groups: a run and the texts of a store; saved beside the runs and shown in the store."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import Any

from graphkoc.annotations import find_settings, list_changed
from graphkoc.campaigns.showing import show_saved
from graphkoc.files import replace_file, translate_errors
from graphkoc.graph.projection import Projection
from graphkoc.invite.decisions import list_refused
from graphkoc.invite.focus_group import seat_group
from graphkoc.invite.group_document import describe_group
from graphkoc.invite.guide import read_themes, write_guide
from graphkoc.invite.longlist import map_persons
from graphkoc.invite.saved import campaigns_folder, check_list_name, last_invited, plans_folder, save_list
from graphkoc.invite.screening import ACTIVE, RESERVES, SIZE, Wishes
from graphkoc.invite.topics import find_topic, read_subjects
from graphkoc.invite.unwilling import list_unwilling
from graphkoc.pipeline import project
from graphkoc.runs.run import Run
from graphkoc.stores import Store

__all__ = ["choose_focus_group"]


def choose_focus_group(
    store: Store,
    run: Run,
    *,
    product: str | None = None,
    niche: str | None = None,
    category: str | None = None,
    words: str | None = None,
    size: int = SIZE,
    reserves: float = RESERVES,
    language: str | None = None,
    active: int = ACTIVE,
    exclude: Collection[str] = (),
    client: str | None = None,
    name: str | None = None,
    guide: Path | None = None,
) -> dict[str, Any]:
    """Choose a focus group for a product, a niche, a category or a product to come, or for everything.

    product: id or title. niche: id or name. words: some that people use for the product to come. reserves: a share of
    the size below 1, or a number. language: ISO 639, by default the one that most of those who can be asked write in.
    active: days before the reference date in which they have to have written about the topic. exclude: ids, handles or
    names. client: whose "no" counts. name: save the group under it beside the runs, where an older one is replaced.
    guide: write the moderator's guide into this file, as Markdown; in Chinese for a group in Chinese, else in English.

    Returns {kind, name, run, client, settings, topic: {kind, name, matched}, language, people, reserves, left_out:
    [{reason, words, people, nearest}], covers: {people, value, value_without_conditions}, balance: {circles, niches,
    platforms, signs, constructive, know_each_other}, wording, notes}. people and reserves are [{consumer, name, handle,
    url, platform, channel, language, role, client, niche, circle, stands_for, opinions, checks, place, seat, why,
    screener, incentive, slot, record, embargo}], in the order of choice; the last four are empty to be filled in, and a
    reserve has also the seat that it stands in for. opinions: {texts, exact, asked_for, lately, reasons, constructive,
    specifics, low, middle, high, unrated, sign, latest, latest_about, quotes}. value is the mean likeness, 0 to 1, of
    the people whom the group stands for to whoever in it is most like them.

    The same data and lists give the same group, whatever the order of rows. Raises UsageError for what does not exist,
    for a size that cannot be, and where fewer people are left than asked for; AnalysisError where nobody is; StoreError
    where a file cannot be written.
    """
    wishes = Wishes(size, reserves, language, active, tuple(exclude))
    folder, campaigns = plans_folder(Path(run.folder)), campaigns_folder(Path(run.folder))
    if name is not None:
        name = check_list_name(name)
    settings = find_settings(run)
    projection = project(store, platform=settings.platform, until=settings.until)
    subjects = read_subjects(projection, run)
    asked = {"product": product, "niche": niche, "category": category, "words": words}
    topic = find_topic(subjects, run, **asked)
    group = seat_group(
        projection,
        run,
        subjects,
        topic,
        wishes,
        invited=last_invited(folder, name or "", campaigns),
        refused=list_refused(folder, client, map_persons(run)) if client else (),
        keys=_list_keyed(store),
        unwilling=list_unwilling(campaigns, map_persons(run)),
    )
    document = describe_group(group, topic, run, wishes, _describe_changes(run, projection))
    document |= {"client": client, "settings": asked | asdict(wishes), "name": name or document["name"]}
    if guide is not None:
        page = write_guide(document, topic, *read_themes(subjects, topic, run, document), run.info["at"][:10])
        with translate_errors(f"{guide} cannot be written", "Is the disk full, or the folder not yours?"):
            replace_file(guide, page.encode("utf-8"))
    if name is not None:
        # A saved list has everybody in one place, by which who is invited first is told from who is a reserve.
        saved = document | {"people": [*document["people"], *document["reserves"]], "product": topic.product}
        save_list(folder, saved)
        show_saved(store, saved, campaigns_folder(Path(run.folder)))
    return document


def _list_keyed(store: Store) -> set[str]:
    """The accounts whose contact key the store has; the keys stay there."""
    rows = store.table("consumers", ["consumer", "contact_key"])
    return set(rows.loc[rows["contact_key"].notna(), "consumer"])


def _describe_changes(run: Run, projection: Projection) -> list[str]:
    changed = list_changed(run, projection)
    if not changed:
        return []
    return [f"The store has changed since the run {run.name} ({', '.join(changed)}): `graphkoc analyse` takes it in."]
