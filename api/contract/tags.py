"""The parts of the interface, as a reader of its description finds them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

TAGS: Mapping[str, str] = MappingProxyType(
    {
        "clock": "How case time is computed from machine time.",
        "codes": "Lists of codes with their words, editions and sources.",
        "referrals": "Refer a person, and see how referrals that were sent stand.",
        "referral requests": "Referrals that wait for an answer: accept, decline or withdraw them.",
        "cases": "The worklist, one case, its timeline, who looked at it, and every command.",
        "gate": "What stands between a person and home: the check as it stands, blockers, owners and days.",
        "checks": "Forms of the home check: items, answers, and when each is asked.",
        "evidence": "Photos and documents on items of the home check and on hazards.",
        "hazards": "Hazards at home, what is due because of them, and the rating schemes.",
        "check items": "Items of the check of a case: what people said of each, and a single answer.",
        "documents": "Letters and other documents of a case.",
        "contact details": "Who to call about a case, from messages and corrected by staff.",
        "case notes": "Words on a case that do not belong there: withdraw them.",
        "place readers": "People who may see a hidden ward.",
        "safety": "The safety questions, the annex that named people read, and who is named for safety.",
        "alerts": "What needs somebody's attention now, with its reason and source.",
        "homes": "Homes that can be let.",
        "bed days": "Bed days, each figure with its definition.",
        "messages": "Received messages: search, one message, and its raw text.",
        "edits": "Messages edited by one person and approved by another.",
        "replays": "Messages read again, and what came of it.",
        "alarms": "Alarms about messages.",
        "feeds": "Feeds of messages, and how they stand.",
        "dead letters": "Partners, and items that they refused.",
        "failed commands": "Commands that could not be recorded, and decisions about them.",
        "hidings": "People hidden at an organisation's request.",
        "duplicates": "Records that may be one person, and merges.",
        "shadow": "Lists that trusts keep, compared with the record.",
        "shadow rules": "Risk rules that are tried beside those in force.",
        "users": "Users of your organisation.",
    }
)
"""Noun -> its words, in the order of the description. A noun is a folder of `api/`; the clock alone
is in `api/web/`.
"""
