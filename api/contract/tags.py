"""The parts of the interface, as a reader of its description finds them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

TAGS: Mapping[str, str] = MappingProxyType(
    {
        "clock": "How case time is computed from machine time.",
        "check forms": "Forms of the home check: items, answers, and when each is asked.",
        "codes": "Lists of codes with their words, editions and sources.",
        "referrals": "Refer a person, and answer requests of others.",
        "cases": "The worklist, one case, every command, documents, and people who may see a hidden ward.",
        "lists": "Alerts, feeds, partners, items that partners refused, and lists that trusts keep.",
        "failed commands": "Commands that could not be recorded, and decisions about them.",
        "hidden people": "People hidden at an organisation's request.",
        "homes": "Homes that can be let.",
        "who is who": "Records that may be one person, and merges.",
        "messages": "Received messages: search, replay, edits by two people, alarms.",
        "people": "Users of your organisation.",
        "reports": "Bed days, each figure with its definition.",
    }
)
