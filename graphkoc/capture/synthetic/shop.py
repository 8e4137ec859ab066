"""The brand's own shops: an English export of orders, a Chinese one in GB18030, and the list of customers."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path

from graphkoc.capture.synthetic.catalogue import OWN, Product
from graphkoc.capture.synthetic.people import UNTIL
from graphkoc.capture.synthetic.story import LIN
from graphkoc.capture.synthetic.world import Order, World

__all__ = ["write"]

FIRST_ORDER = 20_001
"""The number of the first order with a campaign's code; those of other orders are smaller."""
CONSENT = {"opted_out": "no", "complaint": "yes"}
"""Whether the people of a trap accept mail. Of the others a third each accept it, refuse it, and have no entry."""


def write(world: World, folder: Path) -> None:
    """`orders.csv`, `订单导出.csv`, `customers.csv`; no mapping, which is proposed from them."""
    rng = world.rng("shop")
    own = [product for product in world.products if product.brand == OWN]
    english: list[Sequence[object]] = []
    chinese: list[Sequence[object]] = []
    people = world.on("crm")
    for number, person in enumerate(people):
        for place in range(3 if person.handle == LIN else int(rng.integers(1, 4))):
            product = own[rng.integers(len(own))]
            at = UNTIL - timedelta(days=float(rng.uniform(1, 300 if person.handle == LIN else 700)))
            if person.chinese:
                order = f"20250630{number:07}{place:04}"
                row = (f'="{order}"', person.phone, person.name, f"{at:%Y/%m/%d %H:%M}", product.sku, product.title)
                status = "交易成功"
                if person.trap == "complaint" and not place:
                    status, row = "退款中", (*row[:3], f"{UNTIL - timedelta(days=20):%Y/%m/%d %H:%M}", *row[4:])
                chinese.append((*row, 1, f"￥{product.price:,.2f}", status))
            else:
                order = f"#{2000 + 4 * number + place}"
                row = (order, f"{at:%Y-%m-%d %H:%M:%S} +0000", person.email, person.name, product.sku, product.title)
                code = f"{person.handle[:4].upper()}10" if person.role == "koc" else ""
                english.append((*row, product.brand, product.category, 1, f"{product.price:.2f}", "EUR", code, "paid"))
    english += [_make_order(*placed) for placed in enumerate(_list_orders(world), FIRST_ORDER)]
    folder.mkdir(parents=True)
    header = "Order Number,Created At,Email,Billing Name,Lineitem sku,Lineitem name,Vendor,Product Type"
    header += ",Lineitem quantity,Total,Currency,Discount Code,Financial Status"
    _write_table(folder / "orders.csv", header.split(","), english)
    header = "订单编号,联系手机,收货人姓名,下单时间,商家编码,宝贝标题,数量,买家实际支付金额,订单状态"
    _write_table(folder / "订单导出.csv", header.split(","), chinese, "gb18030")
    customers = [
        (
            person.crm,
            person.name,
            f" {person.email.title()} " if number % 3 else person.email,
            person.phone,
            f"{UNTIL - timedelta(days=900 - number % 400):%Y-%m-%d}",
            CONSENT.get(person.trap, "yes" if person.handle == LIN else ("yes", "no", "")[number % 3]),
            person.unionid if person.wecom else "",
        )
        for number, person in enumerate(people)
    ]
    header = "Customer ID,Full Name,Email,Mobile,Created,Accepts Marketing,WeChat UnionID"
    _write_table(folder / "customers.csv", header.split(","), customers, "utf-8-sig")


def _list_orders(world: World) -> list[tuple[Product, Order]]:
    """The orders with a campaign's code, the oldest first."""
    orders = [(campaign.product, order) for campaign in world.campaigns for order in campaign.orders]
    return sorted(orders, key=lambda placed: (placed[1].at, placed[1].person.number))


def _make_order(number: int, placed: tuple[Product, Order]) -> Sequence[object]:
    """A line of the English export."""
    product, order = placed
    row = (f"#{number}", f"{order.at:%Y-%m-%d %H:%M:%S} +0000", order.person.email, order.person.name)
    item = (product.sku, product.title, product.brand, product.category, 1, f"{product.price:.2f}", "EUR")
    return (*row, *item, order.code, order.status)


def _write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]], encoding: str = "utf-8") -> None:
    with path.open("w", encoding=encoding, newline="") as sink:
        writer = csv.writer(sink, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
