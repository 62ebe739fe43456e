"""Examples of what a client sends, by the name of its schema; invented people of the NHS test range.

Tests read each with the model that the interface reads it with.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

WARD = "Ward 6B"
HOME = {
    "reference": "LH-204",
    "address": "Flat 2, 14 Invented Row",
    "postcode": "ZZ99 3WZ",
    "ready_on": "2026-03-16",
    "attributes": {"property_type": "flat", "bedrooms": 1, "access_class": "B", "rent_pence": 11250},
}
WHY = {"reason": "Asked for by the trust's integration team"}
USER = "3f0c6f2e-6f5d-4f9e-8a53-0d7a7b1f3c11"

BODIES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "ReferralBody": {
            "a-person-in-a-bed": {"person": {"nhs_number": "9991234500"}, "ward": WARD},
            "with-what-is-asked-for": {
                "person": {
                    "nhs_number": "9991234500",
                    "family_name": "Marwick",
                    "given_name": "Ines",
                    "birth_date": "1938-11-23",
                },
                "ward": WARD,
                "reasons": ["adaptation"],
                "needs": ["level-access"],
                "tenure": "social",
                "lives_alone": "yes",
                "expected_discharge_on": "2026-03-12",
            },
        },
        "CommandRequest": {
            "accept-referral": {"kind": "accept-referral", "effective_on": "2026-03-02"},
            "start-check": {"kind": "start-check", "form": "home-check-1"},
            "confirm-item": {"kind": "confirm-item", "item": "heating", "value": "yes", "seen_version": 9},
            "record-hazard": {
                "kind": "record-hazard",
                "hazard_code": "damp-mould",
                "room": "bedroom",
                "severity": "significant",
                "known_by": "photo",
                "tenure": "social",
                "note": "He sleeps there and has COPD.",
            },
            "record-landlord-told": {
                "kind": "record-landlord-told",
                "hazard": "hazard/1",
                "told_by": "family",
                "channel": "phone",
                "told_time": "09:30",
            },
            "record-capacity": {
                "kind": "record-capacity",
                "decision": "where-to-live",
                "capacity": "lacks",
                "assessor": "social-worker",
                "method": "two-stage",
            },
            "close-case": {"kind": "close-case", "outcome": "home-made-ready"},
            "add-note": {"kind": "add-note", "note": "Daughter has the keys."},
        },
        "RequestDecision": {
            "take-on": {"decision": "take-on", "person": "new", "basis": "consent"},
            "decline": {
                "decision": "decline",
                "reason": "other-area",
                "words": "They live in the next borough.",
            },
            "withdraw": {"decision": "withdraw"},
        },
        "SafetyEntryBody": {
            "asked-alone": {
                "event": {
                    "kind": "questions-answered",
                    "answers": {"asked": "alone", "asked_on": "2026-03-02", "disclosed": "no"},
                }
            },
            "asked-with-somebody-there": {
                "event": {
                    "kind": "questions-answered",
                    "answers": {"asked": "not-alone", "asked_on": "2026-03-02"},
                },
                "words": {"note": "Her partner stayed at the bedside."},
            },
            "confirmed": {
                "event": {"kind": "safety-confirmed"},
                "words": {"reason": "Spoke with her alone."},
            },
        },
        "SafetyNameBody": {"a-colleague": {"user_id": USER, "reason": "Looks after her tenancy"}},
        "NoteWithdrawal": {"for-the-people-named-for-safety": {"about_danger": True}},
        "SafetyNameEnd": {"no-longer": {"reason": "Has left the team"}},
        "SafetyReferralEnd": {"seen-to": {"reason": "Spoke with her practice: they see her on Friday"}},
        "SafetyAdviserBody": {"an-adviser": {"user_id": USER, "kind": "adviser"}},
        "ItemAnswerBody": {
            "by-phone": {
                "value": "no",
                "evidence": "told",
                "told_by": "daughter",
                "told_by_name": "Karen Field",
                "through": "phone",
                "seen_version": 9,
            }
        },
        "NewHome": {"a-flat": HOME},
        "ChangedHome": {"a-flat": HOME},
        "HomeWithdrawal": {"let-elsewhere": {"because": "let-elsewhere"}},
        "DeadLetterDecision": {"release": {"decision": "release", "reason": "The partner mended its list"}},
        "PartnerDecisionBody": {"try-now": {"decision": "try", "reason": "Their server is back"}},
        "FailedCommandDecision": {"again": {"decision": "try-again", "reason": "The database is back"}},
        "DuplicateDecision": {"same": {"decision": "same", "reason": "Confirmed by the ward clerk"}},
        "MergeUndo": {"two-people": {"reason": "They are twins"}},
        "ReplayBody": {"parked": {**WHY, "messages": {"state": "parked", "feed": "trust-adt"}}},
        "ReasonBody": {"why": WHY},
        "EditBody": {"a-segment": {**WHY, "text": "MSH|^~\\&|PAS|TRUST\rEVN|A01"}},
        "EditDecision": {"approve": {**WHY, "decision": "approve"}},
        "UserAccess": {"keep-out": {"disabled": True}},
        "NewContactBody": {
            "a-key-holder": {
                "role": "key-holder",
                "name": "Ruth Marwick",
                "about": "daughter",
                "phone": "07700 900222",
                "safe_to_ring": "yes",
                "hours": "after 17:00",
                "source": "family",
                "said_on": "2026-03-02",
            }
        },
        "ContactCorrectionBody": {
            "not-safe": {
                "role": "person",
                "phone": "0113 496 0001",
                "safe_to_ring": "no",
                "source": "person",
                "reason": "Somebody else answers",
                "seen_number": 1,
            }
        },
        "ContactEndingBody": {"moved": {"reason": "She moved away", "seen_number": 2}},
        "PlaceReaderBody": {
            "a-coordinator": {"user_id": USER, "until_on": "2026-03-31", "reason": "Visits the ward"}
        },
        "HidingAnswer": {
            "keep": {"person_id": USER, "answer": "kept", "reason": "Confirmed by safeguarding"}
        },
        "HidingWithdrawal": {"sent-in-error": {"reason": "Sent for the wrong person"}},
    }
)
"""Schema -> title -> what is sent."""
