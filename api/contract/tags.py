"""The parts of the interface, as a reader of its description finds them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

TAGS: Mapping[str, str] = MappingProxyType(
    {
        "clock": "How case time follows from machine time here.",
        "codes": "Lists of codes with their words, editions and sources.",
        "referrals": "Refer a person, and answer requests of others.",
        "cases": "The worklist, one case, every command, documents, and who may know a hidden ward.",
        "lists": "Alerts, feeds, partners, items that partners refused, and lists that trusts keep.",
        "failed commands": "Commands that could not be recorded, and what is to become of them.",
        "hidden people": "Who was hidden because an organisation asked for it.",
        "homes": "Homes that can be let.",
        "who is who": "Records that may be one person, and merges.",
        "messages": "Messages that came in: found, read again, edited by two people, with alarms.",
        "people": "Who signs in at your organisation.",
        "reports": "Bed days, each figure with its definition.",
    }
)
