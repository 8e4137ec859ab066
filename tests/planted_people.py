"""An invented brand's people: 500 of them on Xiaohongshu and in a forum, 60 on both, and the true pairs."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

__all__ = ["Planted", "planted"]

PEOPLE, BOTH, NAMESAKES = 500, 60, 20
HAN = "小美安文雨晴月星林海云花雪乐天明思佳子可果桃米糖茶豆鱼猫木青夏秋冬北南山"
LATIN = (
    "xiao mei an wen yu qing yue xing lin hai yun hua xue le tian ming si jia zi ke guo tao mi tang cha dou yu mao mu"
    " qing xia qiu dong bei nan shan"
)
SYLLABLES = dict(zip(HAN, LATIN.split(), strict=True))
LETTERS = "abcdefghijklmnopqrstuvwxyz"
TOPICS = 24
THINGS = (
    "咖啡手冲豆子烘焙拉花磨豆奶泡杯子滤纸旅行露营帐篷徒步登山相机镜头胶片护肤精华面霜防晒口红眼影香水吹风机卷发发膜"
    "烤箱面包蛋糕黄油食谱火锅健身跑步瑜伽骑行猫粮狗狗绿植多肉收纳清洁家居台灯音箱耳机键盘游戏手账钢笔"
)
GENERAL = ["今天", "真的", "觉得", "使用", "推荐", "朋友", "喜欢", "一个", "really", "with", "this", "have", "very"]
HABITS = ["!!", "~", "…", "😊", "😂", "❤", "✨", "。", "!", "～～", "🙏", "👍", "：", "·", "——", "「", "（", "#", "🎉"]


@dataclass(frozen=True, eq=False)
class Planted:
    """The tables, and the true pairs: those with an exact key, and the others."""

    tables: dict[str, pd.DataFrame]
    keyed: set[tuple[str, str]] = field(default_factory=set)
    hidden: set[tuple[str, str]] = field(default_factory=set)


def planted(rng_seed: int = 0) -> Planted:
    """The brand of a seed.

    Of the 60 on both, 20 have an exact key: 10 a contact key, 10 a profile that names the forum's handle. Of
    the others' handles each has two edits, is in the other script, or, one in ten, is not there. 20 people of
    either platform alone have the handle of somebody else on the other one.
    """
    rng = np.random.default_rng(rng_seed)
    made = _Maker(rng)
    there = {"xiaohongshu": range(BOTH + (PEOPLE - BOTH) // 2)}
    there["forum"] = [*range(BOTH), *range(BOTH + (PEOPLE - BOTH) // 2, PEOPLE)]
    accounts = [made.account(person, platform) for platform, people in there.items() for person in people]
    consumers = pd.DataFrame(accounts).set_index(["person", "platform"])
    alone = {platform: [p for p in people if p >= BOTH][:NAMESAKES] for platform, people in there.items()}
    for here, namesake in zip(alone["xiaohongshu"], alone["forum"], strict=True):
        consumers.loc[(namesake, "forum"), "handle"] = consumers.loc[(here, "xiaohongshu"), "latin"]
        consumers.loc[(here, "xiaohongshu"), "handle"] = consumers.loc[(here, "xiaohongshu"), "latin"]
    pairs = {}
    for person in range(BOTH):
        note, post = (consumers.loc[(person, platform)] for platform in there)
        pairs[person] = tuple(sorted([note["consumer"], post["consumer"]]))
        if person < 10:
            consumers.loc[(person, slice(None)), "contact_key"] = f"key{person}"
        elif person < 20:
            consumers.loc[(person, "xiaohongshu"), "bio"] = f"日常分享 论坛: {post['handle']}"
        elif person % 10 == 0:
            consumers.loc[(person, "forum"), ["handle", "name"]] = None
    consumers = consumers.reset_index()
    return Planted(
        {
            "consumers": consumers.drop(columns=["person", "latin"]),
            **made.writing(consumers),
            **made.company(consumers),
        },
        {pairs[person] for person in range(20)},
        {pairs[person] for person in range(20, BOTH)},
    )


class _Maker:
    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.words = [[THINGS[i : i + 2] for i in range(k * 4 % 90, k * 4 % 90 + 8, 2)] for k in range(TOPICS)]
        self.words = [[*words, *(f"thing{k}{c}" for c in "abcde")] for k, words in enumerate(self.words)]
        self.tastes = [rng.dirichlet(np.full(TOPICS, 0.12)) for _ in range(PEOPLE)]
        self.habits = [rng.dirichlet(np.full(len(HABITS), 0.25)) for _ in range(PEOPLE)]
        self.peaks = rng.uniform(0, 24, PEOPLE)
        picked = [rng.choice(list(SYLLABLES), 3, replace=False) for _ in range(PEOPLE)]
        self.names = ["".join(name) for name in picked]
        likeness = np.array(self.tastes) @ np.array(self.tastes).T + 0.05
        np.fill_diagonal(likeness, 0)
        self.friends = [rng.choice(PEOPLE, 10, replace=False, p=row / row.sum()) for row in likeness]

    def account(self, person: int, platform: str) -> dict[str, object]:
        """Every second name is Chinese on Xiaohongshu and Latin in the forum; the others are edited in the forum."""
        han = self.names[person]
        latin = "".join(SYLLABLES[c] for c in han) + str(person % 89)
        handle = han if platform == "xiaohongshu" and person % 2 else latin
        if platform == "forum":
            handle = latin if person % 2 else self._edited(latin)
        return {
            "person": person,
            "platform": platform,
            "consumer": f"{platform}:{self.rng.integers(1 << 60):x}",
            "handle": handle,
            "name": None,
            "latin": latin,
            "contact_key": None,
            "bio": None,
        }

    def _edited(self, name: str) -> str:
        """Two letters replaced, dropped or doubled."""
        for at in self.rng.choice(len(name) - 2, 2, replace=False):
            new = self.rng.choice([self.rng.choice(list(LETTERS)), "", name[at] * 2])
            name = name[:at] + new + name[at + 1 :]
        return name

    def writing(self, consumers: pd.DataFrame) -> dict[str, pd.DataFrame]:
        rows = []
        for person, consumer, platform in consumers[["person", "consumer", "platform"]].itertuples(index=False):
            for _ in range(self.rng.integers(3, 13)):
                topic = self.rng.choice(TOPICS, p=self.tastes[person])
                words = self.rng.choice([*self.words[topic], *GENERAL], 16)
                marks = self.rng.choice(HABITS, 4, p=self.habits[person])
                hour = (self.peaks[person] + self.rng.normal(0, 2.5)) % 24
                rows.append(
                    {
                        "review": f"{platform}:r{len(rows)}",
                        "consumer": consumer,
                        "text": " ".join(f"{w}{marks[i // 4]}" if i % 4 == 3 else w for i, w in enumerate(words)),
                        "created_at": pd.Timestamp("2025-01-01")
                        + pd.Timedelta(days=int(self.rng.integers(300)), hours=float(hour)),
                    }
                )
        reviews = pd.DataFrame(rows)
        return {"reviews": reviews.assign(created_at=reviews["created_at"].astype("datetime64[us]"))}

    def company(self, consumers: pd.DataFrame) -> dict[str, pd.DataFrame]:
        """Follows of friends in the forum; likes of their notes."""
        by = consumers.set_index(["person", "platform"])["consumer"]
        ties = [
            (by[person, platform], by[friend, platform])
            for person, platform in by.index
            for friend in self.friends[person]
            if (friend, platform) in by.index and self.rng.random() < 0.6
        ]
        return {"follows": pd.DataFrame(ties, columns=["follower", "followee"]).drop_duplicates()}
