"""An agency's list of Xiaohongshu accounts with followers, prices and reads, in GB18030."""

from __future__ import annotations

import csv
from pathlib import Path

from graphkoc.capture.synthetic.world import World

__all__ = ["write"]


def write(world: World, folder: Path) -> None:
    """`达人报价.csv`: people with many listeners and people who write much, most with an e-mail address."""
    rng = world.rng("roster")
    folder.mkdir(parents=True)
    with (folder / "达人报价.csv").open("w", encoding="gb18030", newline="") as sink:
        writer = csv.writer(sink, lineterminator="\n")
        writer.writerow(["序号", "平台", "达人昵称", "粉丝数", "图文报价", "阅读中位数", "主页链接", "联系方式"])
        listed = [person for person in world.on("xiaohongshu") if person.role in ("koc", "active", "popular")]
        for place, person in enumerate(listed, 1):
            listeners = sum(person.number in others for others in world.listens["xiaohongshu"].values())
            popular = person.role == "popular"
            fans = f"{listeners / 10:.1f}万" if popular else str(listeners * 11)
            quote = f"¥{int(rng.integers(3, 20)) * 1000:,}" if popular else ("面议", "300-500元/篇")[place % 2]
            contact = person.email if rng.random() < 0.7 else ""
            url = f"https://www.xiaohongshu.com/user/profile/{person.xiaohongshu}"
            writer.writerow([place, "小红书", person.nickname, fans, quote, f"{listeners * 40}+", url, contact])
