"""The first version of the home suitability check: seventeen questions in five domains.

Item codes are stable: rules of risk, the gate, strands and messages name them. The grouping and severity are
this project's; the items follow what discharge checklists were found to miss (a safe address, food, water and
heating) and what duty-to-refer prompts and NICE guideline NG27 ask for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from discharge.cases.model import StrandKind
from housing_checks.checks.model import CheckForm, CheckItem, Condition, Suggested

SAFE_ADDRESS = "safe-address"
LAWFUL_RETURN = "lawful-return"
NO_EMERGENCY_HAZARD = "no-emergency-hazard"
STEPS_STAIRS = "steps-stairs"
ADAPTATION_IN_PLACE = "adaptation-in-place"
ROOM_TO_MOVE = "room-to-move"
TOILET = "toilet"
BED = "bed"
EQUIPMENT_IN_PLACE = "equipment-in-place"
HEATING = "heating"
WATER = "water"
POWER = "power"
FOOD = "food"
KEYS = "keys"
FIRST_CARE_VISIT = "first-care-visit"
ARRIVAL = "arrival"
SOMEONE_LOOKS_IN = "someone-looks-in"

HAVING_A_HOME = frozenset({SAFE_ADDRESS, LAWFUL_RETURN})
"""Items of the building that ask whether there is a home at all."""

HOME = "Home and right to return"
MOVING = "Getting in and moving inside"
WASHING = "Washing, toilet and bed"
SERVICES = "Warmth, services and food"
CARE = "Care, keys and arrival"

STOP, RED, AMBER = "stop", "red", "amber"

_WHEELCHAIR = frozenset({"wheelchair-full", "wheelchair-essential"})
_BULKY = _WHEELCHAIR | {"hospital-bed", "hoist"}
_BASICS = (Suggested(kind=StrandKind.BASICS, item="basics-at-home"),)


def _adapt(item: str, *needs: str) -> Suggested:
    return Suggested(kind=StrandKind.ADAPTATION, item=item, needs_any=frozenset(needs))


def _equip(item: str, *needs: str) -> Suggested:
    return Suggested(kind=StrandKind.EQUIPMENT, item=item, needs_any=frozenset(needs))


def _rehouse(item: str, *needs: str) -> Suggested:
    return Suggested(kind=StrandKind.REHOUSING, item=item, needs_any=frozenset(needs))


_REHOUSING = (
    _rehouse("rehousing:1-bed-wheelchair", "wheelchair-full"),
    _rehouse("rehousing:1-bed-essential-rooms", "wheelchair-essential"),
    _rehouse("rehousing:1-bed-step-free", "level-access", "ground-floor"),
    _rehouse("rehousing:2-bed-carer", "carer-room"),
    _rehouse("rehousing:1-bed-general", "none", "level-shower", "hospital-bed", "hoist"),
)

_HOME_ITEMS = (
    CheckItem(
        code=SAFE_ADDRESS,
        domain=HOME,
        short="Safe address",
        question="Is there a confirmed address where the person is safe to live?",
        help="Somebody confirmed it: the person, the landlord or a visit. An address on a form alone is not.",
        evidence="Who confirmed it, and when",
        severity=STOP,
        of_the_building=True,
        suggests=_REHOUSING,
    ),
    CheckItem(
        code=LAWFUL_RETURN,
        domain=HOME,
        short="May lawfully return",
        question="May the person lawfully live there?",
        help="No notice that has run out, no exclusion or bail condition, and the tenancy was not ended.",
        evidence="Tenancy, title or the owner's word",
        severity=STOP,
        of_the_building=True,
        suggests=_REHOUSING,
    ),
    CheckItem(
        code=NO_EMERGENCY_HAZARD,
        domain=HOME,
        short="No emergency hazard",
        question="Is the home free of any emergency hazard?",
        help="For this person: gas, electrics, fire, damp and mould, blocked ways out, structure, pests.",
        evidence="Seen on a visit, photos or a report",
        severity=STOP,
        of_the_building=True,
    ),
)

_MOVING_ITEMS = (
    CheckItem(
        code=STEPS_STAIRS,
        domain=MOVING,
        short="Steps and stairs",
        question="Can the person get in, and manage the steps and stairs they have to use?",
        help="From the street to the bed and the toilet, as the person moves now, not as before the stay.",
        evidence="Tried, or a therapist's view",
        severity=STOP,
        of_the_building=True,
        suggests=(
            _adapt("modular-ramp", *_WHEELCHAIR, "level-access"),
            _adapt("grab-rail"),
            _adapt("straight-stairlift"),
        ),
    ),
    CheckItem(
        code=ADAPTATION_IN_PLACE,
        domain=MOVING,
        short="Essential adaptation",
        question="Is every adaptation that the person cannot do without in place?",
        help="Answer yes when none is needed.",
        evidence="Seen fitted, or the fitter's word",
        severity=STOP,
        of_the_building=True,
        suggests=(_adapt("straight-stairlift"), _adapt("level-access-shower", "level-shower")),
    ),
    CheckItem(
        code=ROOM_TO_MOVE,
        domain=MOVING,
        short="Room to move",
        question="Is there room for the wheelchair, hospital bed or hoist, with doors wide enough?",
        help="Gated when the person needs one of them. Answer yes when none is needed.",
        evidence="Measured, or photos",
        severity=RED,
        gated=False,
        gated_when=Condition(needs_any=_BULKY),
        of_the_building=True,
    ),
)

_WASHING_ITEMS = (
    CheckItem(
        code=TOILET,
        domain=WASHING,
        short="Toilet",
        question="Can the person reach a toilet by day and by night?",
        help="A commode counts when it is there and somebody empties it.",
        evidence="Seen, or a therapist's view",
        severity=STOP,
        of_the_building=True,
        suggests=(_equip("commode"), _equip("raised-toilet-seat")),
    ),
    CheckItem(
        code=BED,
        domain=WASHING,
        short="Bed",
        question="Is there a bed that the person can reach and use?",
        help="With bedding; with room for what was prescribed.",
        evidence="Seen, or the family's word",
        severity=STOP,
        of_the_building=True,
        suggests=(_equip("hospital-bed", "hospital-bed"), _equip("bed-lever")),
    ),
    CheckItem(
        code=EQUIPMENT_IN_PLACE,
        domain=WASHING,
        short="Essential equipment",
        question="Is all essential equipment in place, and can somebody use it?",
        help="Delivered, fitted and shown, not only ordered. Answer yes when none is needed.",
        evidence="Seen, or the equipment service's word",
        severity=STOP,
        of_the_building=True,
        suggests=(
            _equip("hospital-bed", "hospital-bed"),
            _equip("mobile-hoist", "hoist"),
            _equip("walking-frame"),
            _equip("commode"),
        ),
    ),
)

_SERVICES_ITEMS = (
    CheckItem(
        code=HEATING,
        domain=SERVICES,
        short="Heating",
        question="Does the heating work?",
        help="Switched on and felt, with credit on a prepayment meter.",
        evidence="Tried on a visit",
        severity=STOP,
        of_the_building=True,
        suggests=_BASICS,
    ),
    CheckItem(
        code=WATER,
        domain=SERVICES,
        short="Hot and cold water",
        question="Is there hot and cold water?",
        help="Both taps tried.",
        evidence="Tried on a visit",
        severity=STOP,
        of_the_building=True,
        suggests=_BASICS,
    ),
    CheckItem(
        code=POWER,
        domain=SERVICES,
        short="Electricity and gas",
        question="Are electricity, and gas where it is used, switched on?",
        help="With credit on a prepayment meter, and no disconnection threatened.",
        evidence="Meter seen",
        severity=STOP,
        of_the_building=True,
        suggests=_BASICS,
    ),
    CheckItem(
        code=FOOD,
        domain=SERVICES,
        short="Food for 48 hours",
        question="Is there food and drink for the first 48 hours, and a way to prepare it?",
        help="A working fridge and cooker, or meals that are brought.",
        evidence="Who brings it, and when",
        severity=RED,
        of_the_arrival=True,
        suggests=_BASICS,
    ),
)

_CARE_ITEMS = (
    CheckItem(
        code=KEYS,
        domain=CARE,
        short="Keys",
        question="Are the keys held, and was the door opened with them?",
        help="With the person, a relative or in a key safe; care workers can get in too.",
        evidence="Who holds them",
        severity=STOP,
        of_the_building=True,
        suggests=_BASICS,
    ),
    CheckItem(
        code=FIRST_CARE_VISIT,
        domain=CARE,
        short="First care visit",
        question="Is the first care visit arranged?",
        help="A day and an hour, confirmed by the provider. Answer yes when no care is needed.",
        evidence="Provider, day and hour",
        severity=RED,
        of_the_arrival=True,
        suggests=_BASICS,
    ),
    CheckItem(
        code=ARRIVAL,
        domain=CARE,
        short="Journey and arrival",
        question="Are the journey home and somebody to meet the person arranged?",
        help="Transport that fits, with medicines, and not in the night.",
        evidence="Who, when and how",
        severity=RED,
        of_the_arrival=True,
    ),
    CheckItem(
        code=SOMEONE_LOOKS_IN,
        domain=CARE,
        short="Somebody looks in",
        question="Will somebody look in on the first day?",
        help="Gated when the person lives alone, or when we do not know.",
        evidence="Who, and when",
        severity=AMBER,
        gated=False,
        gated_when=Condition(lives_alone=True),
        of_the_arrival=True,
    ),
)

FORM_1 = CheckForm(
    code="home-check-1",
    title="Home suitability check",
    effective_from=date(2024, 1, 26),
    source="Hospital discharge and community support guidance, 26 January 2024; NICE NG27; Homeward's choice",
    items=(*_HOME_ITEMS, *_MOVING_ITEMS, *_WASHING_ITEMS, *_SERVICES_ITEMS, *_CARE_ITEMS),
)

FORMS: Mapping[str, CheckForm] = MappingProxyType({form.code: form for form in (FORM_1,)})
"""Every version there was; a new version is a new row."""


def form_in_force(on: date) -> CheckForm:
    """Return the newest form a check may begin on; ValueError for a day before the first one."""
    return max((form for form in FORMS.values() if form.holds(on)), key=lambda form: form.effective_from)


def form_of(code: str | None) -> CheckForm:
    """Return the form a check was made on; the newest where the code is not one of ours."""
    newest = max(FORMS.values(), key=lambda form: form.effective_from)
    return FORMS.get(code or "", newest)
