"""A wrap-up in words, as Markdown in English or Chinese; the words are in recap.toml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphkoc.activate.lift.words import say_verdict
from graphkoc.activate.outcome.recap_words import LANGUAGES, Words, draw_table, show
from graphkoc.errors import UsageError

__all__ = ["READERS", "write_recap"]

READERS = ("team", "client")
"""Whom a wrap-up is for; a client sees no costs."""
NUMBERED = (
    *("targets", "tiers", "delivery", "engagement", "money", "best", "critical", "checks", "findings", "rates"),
    *("forecasts", "lift", "next"),
)
"""The sections that have a number."""
ROLES = {"koc", "kol", "possible", "wide", "none"}
"""Roles that rates are learned of beside tiers; they are shown where there are no tiers."""
FEWEST = 10
"""Earlier invitations from which on a learned rate is shown; JSON has all."""
STAGES = ("invited", "accepted", "shipped", "received", "posted")
VOLUME = ("impressions", "reads", "engagements")
SHOWN = (
    *("impressions", "reads", "likes", "collects", "comments", "shares", "engagements", "clicks", "orders", "revenue"),
    *("viral_posts", "viral_rate"),
)
"""The figures of all posts, in order."""


def write_recap(recap: Mapping[str, Any], language: str = "en", reader: str = "team") -> str:
    """The wrap-up of `graphkoc.activate.outcome.recap.make_recap` as Markdown.

    language: en or zh. reader: team, or client, whose copy has selling prices and no costs. Raises UsageError for
    another language or reader.
    """
    for given, known, what in ((language, LANGUAGES, "language"), (reader, READERS, "reader")):
        if given not in known:
            raise UsageError(f"a wrap-up has no {what} {given!r}", hint=f"There are: {', '.join(known)}.")
    return _Writer(recap, language, reader == "client").write()


class _Writer:
    """The sections of one wrap-up. client: it is written for the client, who sees no costs."""

    def __init__(self, recap: Mapping[str, Any], language: str, client: bool) -> None:
        self.recap, self.language, self.client = recap, language, client
        self.words = Words(language, recap["money"]["currency"])
        self.text = self.words.text
        self.hidden = ("total", "cpm", "cpc", "cpe") if client else ()
        """Targets and forecasts that are of costs."""
        self.basis = "by_selling" if client else "by_cost"
        parts = recap["engagement"]
        self.part = "plain" if "plain" in parts else "all"
        """The posts whose rates are given: without the boosted ones, where there are any."""

    def write(self) -> str:
        """All sections, in order."""
        sections = {
            "short": self._sum_up(),
            "targets": self._compare_targets(),
            "tiers": self._show_tiers(),
            "delivery": self._show_delivery(),
            "engagement": self._show_engagement(),
            "money": self._show_money(),
            "best": self._show_best(),
            "critical": self._show_critical(),
            "checks": self._show_checks(),
            "findings": self._show_findings(),
            "rates": self._show_rates(),
            "forecasts": self._show_forecasts(),
            "lift": self._show_lift(),
            "next": self._show_next(),
            "definitions": self._define(),
            "benchmarks": self._show_benchmarks(),
        }
        lines, number = self._write_head(), 0
        for name, body in sections.items():
            if body:
                number += name in NUMBERED
                shown = f"{number}. " if name in NUMBERED else ""
                lines += ["", f"## {shown}{self.words.words['headings'][name]}", "", *body]
        return "\n".join(lines) + "\n"

    def _write_head(self) -> list[str]:
        words, overview = self.words.words, self.recap["overview"]
        names = words["overview"]
        starts, ends = ((overview[name] or "")[:10] for name in ("starts", "ends"))
        dates = names["open_dates" if starts and ends else "started" if starts else "ended"]
        budget = None if self.client or overview["budget"] is None else self.words.amount(overview["budget"])
        rows = {
            "client": overview["client"] and show(overview["client"]),
            "product": overview["product"] and show(overview["product"]),
            "dates": dates.format(starts=starts, ends=ends) if starts or ends else None,
            "platforms": self.words.separator.join(map(self.words.platform, overview["platforms"])) or None,
            "people": self.words.whole(overview["people"]),
            "budget": budget,
        }
        lines = [f"# {words['title'].format(campaign=show(self.recap['campaign']))}", ""]
        lines += [f"- {names[name]}{words['colon']}{value}" for name, value in rows.items() if value]
        notes = [words["as_of"].format(day=self.recap["day"])]
        if overview["measured"]:
            notes.append(words["measured"].format(day=overview["measured"]))
        notes.append(words["for_client" if self.client else "for_team"])
        return [*lines, "", words["space"].join(notes), "", words["legend"]]

    def _sum_up(self) -> list[str]:
        """What came of it, in a few lines."""
        words, short, recap = self.words, self.words.words["short"], self.recap
        every, delivery = recap["engagement"]["all"], recap["delivery"]
        target = next(row["target"] for row in recap["targets"] if row["figure"] == "posts")
        live = words.count(delivery["live"]["value"], "posts")
        lines = [short["posts_alone"].format(live=live)]
        if target:
            lines = [short["posts"].format(live=live, target=words.whole(target))]
        if delivery["invited"]["value"]:
            both = {name: words.whole(delivery[name]["value"]) for name in ("posted", "invited")}
            lines.append(short["people"].format(**both))
        if volume := words.name_figures({name: every[name] for name in VOLUME}):
            lines.append(short["volume"].format(figures=volume))
        if rates := words.name_figures(recap["engagement"][self.part][self.basis]):
            lines.append(short["rates_plain" if self.part == "plain" else "rates"].format(figures=rates))
        rate = every["viral_rate"]["value"]
        if rate is not None:
            level = next((name for name in ("excellent", "passable") if rate >= recap["definitions"][name]), "below")
            if every["viral_rate"]["of"] < recap["definitions"]["fewest"]:
                level = "few"
            viral = words.count(every["viral_posts"]["value"], "posts")
            verdict = words.words["verdicts"][level]
            lines.append(short["viral"].format(viral=viral, rate=words.share(rate), verdict=verdict))
        if recap["critical"]["count"]:
            known = words.whole(recap["critical"]["known"])
            lines.append(short["critical"].format(posts=words.count(recap["critical"]["count"], "posts"), known=known))
        lines += [say_verdict(recap["lift"], self.language)] if recap["lift"] else []
        return [f"- {line}" for line in lines]

    def _compare_targets(self) -> list[str]:
        words, rows = self.words, []
        for row in self.recap["targets"]:
            if row["figure"] in self.hidden:
                continue
            less = self.text["less_is_better"] if row["less_is_better"] else ""
            share = "" if row["share"] is None else words.share(row["share"])
            target = "–" if row["target"] is None else words.value(row["figure"], row["target"])
            actual = words.value(row["figure"], row["value"])
            rows.append([f"{words.name(row['figure'])}{less}", target, actual, share, words.mark(row)])
        lines = draw_table(words.words["columns"]["targets"], rows)
        return lines if len(rows) > 1 else [*lines, "", self.text["no_targets"]]

    def _show_tiers(self) -> list[str]:
        words, colon = self.words, self.words.words["colon"]
        rows = [
            [
                f"{words.platform(row['platform'])}{colon}{words.tier(row['tier'])}",
                *(words.whole(row[name]) for name in ("planned", "people", "posts")),
                *(words.whole(row[name]) if row["posts"] else "–" for name in VOLUME),
            ]
            for row in self.recap["tiers"]
        ]
        return draw_table(words.words["columns"]["tiers"], rows) if rows else []

    def _show_delivery(self) -> list[str]:
        words, text, delivery = self.words, self.text, self.recap["delivery"]
        lines = []
        if any(delivery[name]["value"] for name in STAGES):
            lines.append(text["funnel"].format(**{name: words.whole(delivery[name]["value"]) for name in STAGES}))
        if delivery["declined"]["value"]:
            lines.append(text["declined"].format(people=words.count(delivery["declined"]["value"], "people")))
        if delivery["lost"]["value"]:
            lines.append(text["lost"].format(n=words.whole(delivery["lost"]["value"])))
        if delivery["posts"]["value"]:
            posts = words.count(delivery["posts"]["value"], "posts")
            lines.append(text["posts"].format(posts=posts, live=words.whole(delivery["live"]["value"])))
        else:
            lines.append(text["no_posts"])
        lines += [
            text[name].format(posts=words.count(delivery[name], "posts"))
            for name in ("unknown_authors", "after_end")
            if delivery[name]
        ]
        if delivery["days_to_post"] is not None:
            lines.append(text["days_to_post"].format(days=words.count(round(delivery["days_to_post"]), "days")))
        if delivery["never_posted"]:
            lines.append(text["never_posted"].format(names=words.names(delivery["never_posted"])))
        if known := [f"{words.words['steps'][step]} {words.whole(n)}" for step, n in delivery["units"].items()]:
            lines.append(text["units"].format(steps=" · ".join(known)))
        return [f"- {line}" for line in lines]

    def _show_engagement(self) -> list[str]:
        words, parts = self.words, self.recap["engagement"]
        if not parts["all"]["posts"]["value"]:
            return [self.text["no_posts"]]
        split = "_boosted" if len(parts) > 1 else ""
        rows = [
            [
                words.name(name),
                *(words.value(name, part[name]["value"]) for part in parts.values()),
                words.mark(parts["all"][name]),
            ]
            for name in SHOWN
            if parts["all"][name]["value"] is not None
        ]
        posts = [words.whole(part["posts"]["value"]) for part in parts.values()]
        counted = [words.name("all_posts"), *posts, words.mark(parts["all"]["posts"])]
        lines = draw_table(words.words["columns"][f"engagement{split}"], [counted, *rows])
        lines += ["", self.text["boost_note"]] if split else []
        wanted: dict[str, tuple[str, ...]] = {"by_selling": ("cpm", "cpc", "cpe", "ctr")}
        if not self.client:
            wanted = {"by_cost": ("cpm", "cpc", "cpe", "ctr"), "by_selling": ("cpm", "cpc", "cpe")}
        for basis, names in wanted.items():
            apart = [part[basis] for part in parts.values() if basis in part]
            rates = [
                [
                    words.name(name),
                    *(words.value(name, rate[name]["value"]) for rate in apart),
                    words.mark(apart[0][name]),
                ]
                for name in names
                if any(rate[name]["value"] is not None for rate in apart)
            ]
            if rates:
                lines += ["", self.text[basis], "", *draw_table(words.words["columns"][f"rates{split}"], rates)]
        return lines

    def _show_money(self) -> list[str]:
        words, text, money = self.words, self.text, self.recap["money"]
        names = ["planned_selling", "selling", "boost"]
        if not self.client:
            names = ["budget", "planned_cost", "planned_goods", "cost", "goods", "total", "planned_selling"]
            names += ["selling", "margin", "committed", "ready", "paid", "boost"]
        rows = [
            [words.name(name), words.amount(money[name]["value"]), words.mark(money[name])]
            for name in names
            if money[name]["value"] is not None
        ]
        if not rows:
            return [text["no_money"]]
        lines = draw_table(words.words["columns"]["money"], rows)
        kinds = ("selling",) if self.client else ("cost", "selling")
        for kind in kinds:
            lines += self._reconcile(kind)
        if money["unplanned"]["posts"]:
            posts = words.count(money["unplanned"]["posts"], "posts")
            amounts = [f"{words.words['kinds'][kind]} {words.amount(money['unplanned'][kind])}" for kind in kinds]
            lines += ["", text["unplanned"].format(posts=posts, amounts=words.separator.join(amounts))]
        if money["not_posted"] and len(money["not_posted"]) < len(money["people"]):
            lines += ["", text["not_posted"].format(names=words.names(money["not_posted"]))]
        return lines

    def _reconcile(self, kind: str) -> list[str]:
        """Whether plan and results agree in the costs or the selling prices of those who posted."""
        words, what = self.words, self.words.words["kinds"][kind]
        compared = [row for row in self.recap["money"]["people"] if row[f"{kind}_difference"] is not None]
        wrong = [row for row in compared if row[f"{kind}_difference"]]
        if not compared:
            return []
        if not wrong:
            return ["", self.text["agree"].format(what=what, people=words.count(len(compared), "people"))]
        rows = [
            [
                show(row["name"]),
                words.amount(row[f"planned_{kind}"]),
                words.amount(row[kind]),
                words.difference(row[f"{kind}_difference"]),
            ]
            for row in wrong
        ]
        title = self.text["differ"].format(what=what, people=words.count(len(wrong), "people"))
        return ["", title, "", *draw_table(words.words["columns"]["differences"], rows)]

    def _show_best(self) -> list[str]:
        words = self.words
        rows = [
            [
                words.title(post),
                words.author(post["name"]),
                *(words.whole(post[name]) for name in ("reads", "engagements", "likes")),
            ]
            for post in self.recap["best"]
        ]
        return draw_table(words.words["columns"]["best"], rows) if rows else [self.text["no_best"]]

    def _show_critical(self) -> list[str]:
        words, text, critical = self.words, self.text, self.recap["critical"]
        if critical["count"] is None:
            return [text["no_critical_known"]]
        if not critical["count"]:
            return [text["no_critical"].format(posts=words.count(critical["known"], "posts"))]
        lines = []
        for post in critical["posts"]:
            stars = "" if post["rating"] is None else text["stars"].format(n=words.decimal(post["rating"]))
            quoted = f"{words.words['colon']}“{show(post['quote'])}”" if post["quote"] else ""
            taken = [
                text["taken_up"].format(what=show(one["theme"]), status=words.status(one["status"]))
                for one in post["findings"]
            ]
            noted = [text["noted"].format(note=show(post["note"]))] if post["note"] and not self.client else []
            done = words.words["space"].join([*taken, *noted]) or text["nothing_done"]
            lines.append(f"- {words.name_posts([post])}{stars}{quoted} {done}")
        if critical["count"] > len(critical["posts"]):
            lines += ["", text["critical_more"].format(posts=words.count(critical["count"], "posts"))]
        return [*lines, "", text["keep_critics"]]

    def _show_checks(self) -> list[str]:
        words, text, checks = self.words, self.text, self.recap["posts_to_check"]
        if not checks["of"]:
            return []
        missing, gone, unseen = (checks[name] for name in ("without_label", "taken_down", "label_not_known"))
        lines = [text["without_label"].format(names=words.name_posts(missing))] if missing else []
        if unseen:
            lines.append(text["label_not_known"].format(posts=words.count(unseen, "posts")))
        lines = lines or [text["all_labelled"]]
        lines.append(text["taken_down"].format(names=words.name_posts(gone)) if gone else text["none_taken_down"])
        return [f"- {line}" for line in lines]

    def _show_findings(self) -> list[str]:
        words = self.words
        if not self.recap["findings"]:
            return [self.text["no_findings"]]
        rows = [
            [
                show(one["theme"] or ""),
                words.whole(one["people"]),
                words.status(one["status"]),
                *(show(one[name] or "") for name in ("owner", "note")),
            ]
            for one in self.recap["findings"]
        ]
        return draw_table(words.words["columns"]["findings"], rows)

    def _show_rates(self) -> list[str]:
        """The rates of all, of each tier, and of each channel; what is learned of both together is in JSON."""
        words, every = self.words, self.text["every"]
        tiers = {row["tier"] for row in self.recap["rates"]} - {""}
        shown = tiers - ROLES or tiers
        rows = [
            [
                words.tier(row["tier"]) if row["tier"] else every,
                words.platform(row["channel"]) if row["channel"] else every,
                *(words.share(row[name]) for name in ("accept", "deliver", "post")),
                words.whole(row["n"]),
            ]
            for row in self.recap["rates"]
            if (not row["tier"] or row["tier"] in shown) and not (row["tier"] and row["channel"]) and row["n"] >= FEWEST
        ]
        return draw_table(words.words["columns"]["learned"], rows) if rows else [self.text["no_rates"]]

    def _show_forecasts(self) -> list[str]:
        words, rows = self.words, []
        for row in self.recap["forecasts"]:
            if row["figure"] in self.hidden:
                continue
            verdict = ""
            if row["inside"] is not None:
                ends = {end: words.whole(row[end]) for end in ("low", "high")}
                verdict = self.text["inside" if row["inside"] else "outside"].format(**ends)
            both = [words.value(row["figure"], row[name]) for name in ("forecast", "outcome")]
            name = words.name(row["figure"]).format(days=row["days"])
            rows.append([show(row["campaign"]), name, *both, verdict])
        if not rows:
            return [self.text["no_forecast"]]
        note = any(row["figure"] == "responders" for row in self.recap["forecasts"])
        lines = draw_table(words.words["columns"]["forecasts"], rows)
        return [*lines, "", self.text["forecast_note"]] if note else lines

    def _show_lift(self) -> list[str]:
        lift, words = self.recap["lift"], self.words
        if not lift:
            return [self.text["not_measured"]]
        lines = [say_verdict(lift, self.language)]
        figures = {name: words.whole(lift[name]) for name in ("adoptions", "followers")}
        lines.append(self.text["measured"].format(expected=words.decimal(lift["expected"]), **figures))
        bought = lift.get("purchases") or {}
        if bought.get("adoptions") is not None:
            lines.append(self.text["bought"].format(verdict=say_verdict(bought, self.language)))
        if codes := bought.get("codes"):
            lines.append(self.text["codes"].format(**{name: words.whole(codes[name]) for name in ("orders", "buyers")}))
        if pooled := lift.get("pooled"):
            ends = {name: words.decimal(pooled[name]) for name in ("lift", "low", "high")}
            lines.append(self.text["pooled"].format(**ends))
        return [f"- {line}" for line in lines]

    def _show_next(self) -> list[str]:
        words, lines = self.words, []
        for row in self.recap["next"]:
            if self.client and row["step"] == "pay":
                continue
            values = {
                "names": words.names(row["names"]),
                "findings": words.count(row["number"], "findings"),
                "amount": words.amount(row["number"]),
            }
            lines.append(words.words["next"][row["step"]].format(**values))
        return [f"{n}. {line}" for n, line in enumerate(lines, 1)] or [self.text["nothing_next"]]

    def _define(self) -> list[str]:
        words, sentences, definitions = self.words, self.words.words["definitions"], self.recap["definitions"]
        shares = {name: words.share(definitions[name]) for name in ("excellent", "passable")}
        lines = [
            sentences["version"].format(version=definitions["version"]),
            sentences["viral"].format(likes=words.whole(definitions["viral_likes"]), **shares),
            sentences["rates"],
            sentences["selling" if self.client else "cost"],
            sentences["engagements"],
        ]
        for one in definitions["tiers"]:
            bands = [
                sentences["band"].format(tier=words.tier(band["label"]), least=words.whole(band["least"]))
                for band in one["bands"]
            ]
            values = {"platform": words.platform(one["platform"]), "bands": words.separator.join(bands)}
            lines.append(sentences["tier"].format(**values, version=one["version"], source=one["source"]))
        if not definitions["tiers"]:
            lines.append(sentences["no_tiers"])
        return [f"- {line}" for line in [*lines, sentences["unknown"]]]

    def _show_benchmarks(self) -> list[str]:
        words, sentences = self.words, self.words.words["benchmarks"]
        lines = []
        for one in self.recap["benchmarks"]:
            known = {name: words.value(one["figure"], one[name]) for name in ("value", "low", "high") if name in one}
            template = sentences["value" if "value" in known else "range"]
            about = {"figure": words.name(one["figure"]), "platform": words.platform(one["platform"])}
            lines.append("- " + template.format(**about, source=one["source"], **known))
        return [sentences["note"], "", *lines] if lines else []
