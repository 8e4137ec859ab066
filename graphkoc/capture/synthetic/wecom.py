"""WeChat through WeCom: customers with the staff who look after them, and a group chat for each three circles."""

from __future__ import annotations

import json
from pathlib import Path

from graphkoc.capture.synthetic.world import World

__all__ = ["write"]

STAFF = ("LiMei", "WangTao")
SINCE = 1_690_000_000


def write(world: World, folder: Path) -> None:
    """`contacts.jsonl`, answers of externalcontact/get, and `groups.json`, of externalcontact/groupchat/get."""
    people = world.on("wecom")
    contacts = [
        {
            "errcode": 0,
            "errmsg": "ok",
            "external_contact": {
                "external_userid": person.wecom,
                "name": person.name,
                "avatar": "",
                "type": 1,
                "gender": 0,
                "unionid": person.unionid,
            },
            "follow_user": [
                {
                    "userid": STAFF[person.number % len(STAFF)],
                    "remark": "",
                    "description": "",
                    "createtime": SINCE + 3600 * person.number,
                    "tags": [],
                    "remark_mobiles": [person.phone],
                    "state": "",
                    "add_way": 1,
                }
            ],
        }
        for person in people
    ]
    groups = []
    for chat in range(1 + max((person.circle for person in people), default=0) // 3):
        members = [
            {
                "userid": person.wecom,
                "type": 2,
                "name": person.name,
                "unionid": person.unionid,
                "join_time": SINCE + 86_400,
            }
            for person in people
            if person.circle // 3 == chat
        ]
        staff = {"userid": STAFF[0], "type": 1, "name": "李梅", "join_time": SINCE}
        groups.append(
            {
                "errcode": 0,
                "errmsg": "ok",
                "group_chat": {
                    "chat_id": f"wrInvented{chat:04}",
                    "name": f"壶友群{chat + 1}",
                    "owner": STAFF[0],
                    "create_time": SINCE,
                    "member_list": [staff, *members],
                    "admin_list": [{"userid": STAFF[0]}],
                },
            }
        )
    folder.mkdir(parents=True)
    lines = "".join(json.dumps(answer, ensure_ascii=False) + "\n" for answer in contacts)
    (folder / "contacts.jsonl").write_text(lines, encoding="utf-8")
    (folder / "groups.json").write_text(json.dumps(groups, ensure_ascii=False), encoding="utf-8")
