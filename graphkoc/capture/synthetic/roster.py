"""An agency's list of Xiaohongshu accounts with followers, prices and reads, in GB18030."""

from __future__ import annotations

import csv
from pathlib import Path

from graphkoc.capture.synthetic.world import World
from graphkoc.capture.synthetic.xiaohongshu import state_fans

__all__ = ["write"]


AGENCY = "星河传媒"


def write(world: World, folder: Path) -> None:
    """`达人报价.csv`: leaders first, then people who write much, most with an e-mail address."""
    rng = world.rng("roster")
    folder.mkdir(parents=True)
    with (folder / "达人报价.csv").open("w", encoding="gb18030", newline="") as sink:
        writer = csv.writer(sink, lineterminator="\n")
        writer.writerow(
            ["序号", "平台", "达人昵称", "粉丝数", "图文报价", "阅读中位数", "主页链接", "所属机构", "联系方式"]
        )
        listed = [
            person for person in world.on("xiaohongshu") if person.trap or person.role in ("koc", "active", "kol")
        ]
        rows = [
            (person, number, person.email if person.trap or rng.random() < 0.7 else "")
            for person in sorted(listed, key=lambda person: -person.fans)
            for number in (person.xiaohongshu, person.second)
            if number
        ]
        for place, (person, number, contact) in enumerate(rows, 1):
            leader = person.role == "kol"
            fans = state_fans(person)
            quote = f"¥{round(person.fans / 80, -2):,.0f}" if leader else ("面议", "300-500元/篇")[place % 2]
            url = f"https://www.xiaohongshu.com/user/profile/{number}"
            agency = AGENCY if leader else ""
            writer.writerow(
                [place, "小红书", person.nickname, fans, quote, f"{person.fans // 6}+", url, agency, contact]
            )
