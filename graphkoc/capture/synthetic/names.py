"""What the invented people call themselves: names and handles as people choose them, none with a serial number."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

__all__ = ["Namer", "edit"]

FIRST = (
    *("Anna", "Ben", "Carla", "David", "Elif", "Finn", "Greta", "Hugo", "Ines", "Jonas", "Kira", "Liam", "Mona"),
    *("Nils", "Olga", "Paul", "Rosa", "Sven", "Tara", "Uwe", "Vera", "Willem", "Yara", "Zoe", "Aiko", "Bruno"),
    *("Celia", "Dario", "Emre", "Frida", "Georg", "Hanna", "Ivo", "Jana", "Karl", "Lena", "Marek", "Nora", "Oskar"),
    *("Petra", "Robin", "Selma", "Tomas", "Ulla", "Viktor", "Wanda"),
)
LAST = (
    *("Brook", "Stone", "Hill", "Field", "Wood", "Lake", "Ford", "Marsh", "Frost", "Reed", "Wren", "Finch", "Alder"),
    *("Birch", "Cove", "Dale", "Fern", "Glen", "Heath", "Ivy", "Lark", "Moss", "Oak", "Pine", "Quill", "Rowan"),
    *("Sage", "Thorn", "Vale", "West", "Becker", "Vogel", "Kern", "Lorenz", "Sommer", "Winter", "Busch", "Engel"),
)
THINGS = ("kitchen", "cooks", "brews", "at_home", "tries", "table", "cups", "bakes", "eats", "daily", "makes", "finds")
CALLED = (
    *(("xiao", "小"), ("lao", "老"), ("da", "大"), ("mei", "美"), ("qing", "青"), ("bai", "白"), ("an", "安")),
    *(("yuan", "圆"), ("tian", "甜"), ("nuan", "暖"), ("jing", "静"), ("le", "乐"), ("you", "悠"), ("lan", "懒")),
)
LIKED = (
    *(("yu", "雨"), ("cha", "茶"), ("lu", "鹿"), ("mao", "猫"), ("xue", "雪"), ("feng", "风"), ("tang", "糖")),
    *(("mu", "木"), ("he", "禾"), ("xing", "星"), ("yue", "月"), ("shan", "山"), ("hai", "海"), ("guo", "果")),
    *(("dou", "豆"), ("mi", "米"), ("tao", "桃"), ("ning", "柠"), ("xia", "夏"), ("qiu", "秋"), ("chen", "晨")),
    *(("yun", "云"), ("li", "栗"), ("lan", "兰"), ("zhu", "竹"), ("quan", "泉")),
)
PLACES = (
    *(
        "的小厨房",
        "爱喝水",
        "在家做饭",
        "的日常",
        "吃早餐",
        "的餐桌",
        "慢生活",
        "爱泡茶",
        "同学",
        "妈妈",
        "酱",
        "的一天",
    ),
    *("煮咖啡", "不加糖", "今天吃什么", "の杂货铺"),
)


THREE = 0.7
"""Share of Chinese names with three characters before what follows them."""


class Namer:
    """Draws names and handles; no handle twice."""

    def __init__(self, rng: np.random.Generator, reserved: Iterable[str]) -> None:
        """reserved: handles that nobody gets."""
        self._rng, self._taken = rng, set(reserved)

    def european(self) -> tuple[str, str]:
        """A handle and the name beside it: brook_anna, Anna Brook."""
        while True:
            first, last, thing = self._pick(FIRST), self._pick(LAST), self._pick(THINGS)
            initial = last[0].lower()
            handle = self._pick(
                (
                    f"{first}_{last}",
                    f"{last}_{first}",
                    f"{first}{last}",
                    f"{first}_{thing}",
                    f"{first}{initial}_{thing}",
                    f"{last}_{thing}",
                )
            ).lower()
            if self._take(handle):
                return handle, f"{first} {last}"

    def chinese(self) -> tuple[str, str]:
        """A handle in Latin letters and the name in characters: nuanli_kitchen, 暖栗的小厨房."""
        while True:
            parts = [CALLED[self._rng.integers(len(CALLED))], LIKED[self._rng.integers(len(LIKED))]]
            if self._rng.random() < THREE:
                parts.append(LIKED[self._rng.integers(len(LIKED))])
            called, signs = ("".join(some) for some in zip(*parts, strict=True))
            if self._take(called):
                handle = called + (f"_{self._pick(THINGS)}" if self._rng.random() < 0.7 else "")
                return handle, signs + (self._pick(PLACES) if self._rng.random() < 0.8 else "")

    def _pick(self, some: tuple[str, ...]) -> str:
        return some[self._rng.integers(len(some))]

    def _take(self, handle: str) -> bool:
        free = handle not in self._taken
        self._taken.add(handle)
        return free


def edit(rng: np.random.Generator, name: str, edits: int = 2) -> str:
    """A name with so many of its letters left out, doubled or changed."""
    for _ in range(edits):
        places = [found.start() for found in re.finditer("[a-z]", name)][1:]
        at, kind = int(rng.choice(places)), rng.integers(3)
        letter = "abcdefghijklmnopqrstuvwxyz"[rng.integers(26)]
        name = name[:at] + ("", name[at] * 2, letter)[kind] + name[at + 1 :]
    return name
