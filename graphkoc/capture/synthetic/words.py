"""The names and the texts of the invented people, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

__all__ = [
    "CATEGORIES",
    "CHINESE",
    "MARKS",
    "MODELS",
    "PET",
    "copy_praise",
    "edit",
    "end_sentences",
    "handle",
    "nickname",
    "write_about",
]

FIRST = (
    *(
        "Anna",
        "Ben",
        "Carla",
        "David",
        "Elif",
        "Finn",
        "Greta",
        "Hugo",
        "Ines",
        "Jonas",
        "Kira",
        "Liam",
        "Mona",
        "Nils",
    ),
    *(
        "Olga",
        "Paul",
        "Rosa",
        "Sven",
        "Tara",
        "Uwe",
        "Vera",
        "Willem",
        "Yara",
        "Zoe",
        "Aiko",
        "Bruno",
        "Celia",
        "Dario",
    ),
)
SECOND = (
    *("Brook", "Stone", "Hill", "Field", "Wood", "Lake", "Ford", "Marsh", "Frost", "Reed", "Wren", "Finch", "Alder"),
    *("Birch", "Cove", "Dale", "Fern", "Glen", "Heath", "Ivy", "Lark", "Moss", "Oak", "Pine", "Quill", "Rowan", "Sage"),
)
CALLED = (
    ("xiao", "小"),
    ("a", "阿"),
    ("lao", "老"),
    ("da", "大"),
    ("mei", "美"),
    ("qing", "青"),
    ("bai", "白"),
    ("an", "安"),
)
LIKED = (
    *(
        ("yu", "雨"),
        ("cha", "茶"),
        ("hu", "壶"),
        ("lu", "鹿"),
        ("mao", "猫"),
        ("xue", "雪"),
        ("feng", "风"),
        ("tang", "糖"),
    ),
    *(
        ("mu", "木"),
        ("he", "禾"),
        ("xing", "星"),
        ("yue", "月"),
        ("shan", "山"),
        ("hai", "海"),
        ("guo", "果"),
        ("dou", "豆"),
    ),
)
CHINESE = dict(CALLED) | dict(LIKED)
CATEGORIES = {
    "Kettles": ("水壶", ("spout", "lid", "handle", "base", "limescale filter"), ("boils", "pours", "keeps warm")),
    "Teapots": ("茶壶", ("glaze", "strainer", "lid knob", "clay", "foot"), ("steeps", "drips", "holds heat")),
    "Coffee Grinders": ("磨豆机", ("burr", "hopper", "dial", "motor", "catch cup"), ("grinds", "doses", "hums")),
    "Pans": ("平底锅", ("coating", "rim", "rivets", "bottom", "grip"), ("browns", "sears", "heats")),
    "Kitchen Scales": (
        "厨房秤",
        ("display", "plate", "tare button", "battery door", "feet"),
        ("weighs", "zeroes", "reads"),
    ),
    "Blenders": ("搅拌机", ("jar", "blade", "seal", "speed knob", "pusher"), ("blends", "crushes", "whirrs")),
}
"""Category -> what it is in Chinese, its parts, what it does."""
WHEN = (
    "After {n} weeks",
    "For {n} mornings now",
    "Since day {n}",
    "On try {n}",
    "With {n} guests at the table",
    "In month {n}",
)
HOW = (
    "without a fuss",
    "better than my old one",
    "louder than I like",
    "just as promised",
    "unevenly",
    "quickly",
    "every time",
)
ALSO = (
    *(
        "My {who} noticed the {part} first.",
        "I would buy it again for the {part} alone.",
        "The {part} could be sturdier.",
    ),
    *("Cleaning the {part} takes {n} minutes.", "The {part} arrived with a scratch.", "The {part} is why I kept it."),
    *("Compared {n} of them; the {part} decided it.", "My {who} borrowed it and asks about the {part}."),
)
WHO = ("sister", "neighbour", "flatmate", "mother", "colleague", "aunt", "roommate", "grandfather", "baker", "son")
ZH = (
    *(
        "用了{n}周，{what}很顺手，{who}也说好。",
        "第{n}次用{what}，出乎意料。",
        "{who}推荐的{what}，比旧的强。",
        "对比了{n}款{what}才下单。",
    ),
    *("{what}做工一般，但是{n}天没出问题。", "给{who}买的{what}，已经回购{n}次。", "早上{n}点起来用{what}，声音不大。"),
)
ZH_WHO = ("妈妈", "室友", "同事", "邻居", "姐姐", "老公", "闺蜜", "表妹")
MODELS = tuple(
    first + last
    for first in ("Lu", "Pi", "Al", "Ven", "Ka", "Mi", "Re", "Su", "No")
    for last in ("ma", "ko", "to", "ra", "li", "no", "sa", "vi", "du", "mo", "re", "ta")
)
"""What products are called, each otherwise."""
PET = (
    *(
        ("Honestly:", "说实话："),
        ("Hi all,", "姐妹们，"),
        ("Update:", "更新一下："),
        ("Long story short:", "长话短说，"),
    ),
    *(("Confession:", "坦白一下，"), ("Verdict:", "总结："), ("Hm,", "嗯，"), ("Believe me,", "信我，")),
    *(
        ("Finally!", "终于！"),
        ("For the record:", "记录一下："),
        ("Dear readers,", "亲爱的们，"),
        ("No joke:", "不开玩笑，"),
    ),
    *(("Sunday thoughts:", "周日碎碎念："), ("Guess what:", "你们猜，"), ("Fair warning:", "先提醒，")),
    *(("Surprise:", "惊喜："), ("Frankly,", "坦率讲，"), ("Folks,", "家人们，"), ("Hear me out:", "听我讲，")),
    *(("Small rant:", "吐槽一下："), ("Notebook entry:", "小本本："), ("Spoiler:", "剧透："), ("Psst,", "悄悄话，")),
    *(("Hooray!", "好耶！"), ("Diary:", "日记："), ("Well, well,", "啧啧，"), ("Listen,", "听着，")),
    *(("Reporting back:", "来汇报："), ("Quick one:", "速速来，"), ("Morning!", "早安！")),
)
"""What people begin with, in English and in Chinese."""
MARKS = (".", "!", "!!", "~", "…", "😊", "✨", "👍", "❤", " :)", " ——", "。", "～～", "🎉", " ^^", " ;)")
ENDS = re.compile(r"\.(?= |$)|。")
COPIED = (
    "Absolutely perfect product exceeded all my expectations will definitely recommend to everyone best purchase of "
    "the whole year five stars amazing quality super fast delivery",
    "Best ever I am so happy with this wonderful item everyone in my family loves it great value for the money buy it "
    "now you will never regret it",
)


def handle(rng: np.random.Generator, number: int) -> tuple[str, bool]:
    """A unique handle, and whether it is Chinese in Latin letters."""
    if rng.random() < 0.5:
        return f"{FIRST[rng.integers(len(FIRST))]}_{SECOND[rng.integers(len(SECOND))]}{number}".lower(), False
    return f"{CALLED[rng.integers(len(CALLED))][0]}{LIKED[rng.integers(len(LIKED))][0]}{number}", True


def nickname(one: str, chinese: bool) -> str:
    """The handle as a name; a Chinese one in characters."""
    if not chinese:
        first, second = one.split("_")
        return f"{first.title()} {second.rstrip('0123456789').title()}"
    letters = one.rstrip("0123456789")
    called = next(word for word, _ in sorted(CALLED, key=lambda pair: -len(pair[0])) if _splits(letters, word))
    return CHINESE[called] + CHINESE[letters[len(called) :]] + one[len(letters) :]


def _splits(letters: str, called: str) -> bool:
    return letters.startswith(called) and letters[len(called) :] in dict(LIKED)


def edit(rng: np.random.Generator, one: str, edits: int = 2) -> str:
    """A text with so many of its letters left out, doubled or changed."""
    for _ in range(edits):
        place = int(rng.integers(1, len(one)))
        kind = rng.integers(3)
        letter = "abcdefghijklmnopqrstuvwxyz"[rng.integers(26)]
        one = one[:place] + ("", one[place] * 2, letter)[kind] + one[place + 1 :]
    return one


def write_about(rng: np.random.Generator, category: str, product: str, *, chinese: bool = False) -> str:
    """A few sentences about a product, seldom the same twice."""
    what, parts, does = CATEGORIES[category]
    if chinese:
        picked = rng.choice(len(ZH), 2, replace=False)
        return "".join(
            ZH[place].format(n=int(rng.integers(2, 60)), what=what, who=ZH_WHO[rng.integers(len(ZH_WHO))])
            for place in picked
        )
    verb, part = does[rng.integers(len(does))], parts[rng.integers(len(parts))]
    opening = WHEN[rng.integers(len(WHEN))].format(n=int(rng.integers(2, 60)))
    more = " ".join(
        ALSO[place].format(
            part=parts[rng.integers(len(parts))], who=WHO[rng.integers(len(WHO))], n=int(rng.integers(2, 60))
        )
        for place in rng.choice(len(ALSO), 2, replace=False)
    )
    return f"{opening} the {product} {verb} {HOW[rng.integers(len(HOW))]}, and its {part} shows it. {more}"


def end_sentences(rng: np.random.Generator, text: str, marks: Sequence[str]) -> str:
    """A text with other marks at the ends of its sentences."""
    return ENDS.sub(lambda _: marks[int(rng.integers(len(marks)))], text)


def copy_praise(rng: np.random.Generator) -> str:
    """One of a few texts of paid reviewers, almost unchanged."""
    text = COPIED[rng.integers(len(COPIED))]
    return text + "!" * int(rng.integers(1, 4))
