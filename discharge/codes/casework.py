"""The lists of everyday casework: referral, return, basis for sharing, mitigation, contact, outcome.

These are Homeward's own lists unless a row names another source.
"""

from dataclasses import dataclass

from discharge.codes.model import Code, CodeList

OURS = "Homeward"
CORE = "Social housing lettings (CORE) code sets 2026/27, condensed"
GDPR = "UK GDPR articles 6 and 9; common-law duty of confidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingBasis(Code):
    """Why something about a person may leave; `partners` is false where it reaches direct care only.

    `withdrawable` says whether the person can end it.
    """

    withdrawable: bool
    partners: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MitigationCode(Code):
    """What is done instead of a ``yes``, and for how many days at most unless another day is named."""

    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOutcome(Code):
    """How a case ended: a side exit ends it before the person is home; others after."""

    side_exit: bool
    person_alive: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactOutcome(Code):
    """How a contact after discharge went: whether the person, or somebody who saw them, was reached."""

    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeProblem(Code):
    """Something wrong on arrival or later: whether it makes a failed discharge on the day of arrival."""

    fails_arrival: bool


def _codes(source: str, *rows: tuple[str, str]) -> tuple[Code, ...]:
    return tuple(Code(code=code, label=label, source=source) for code, label in rows)


REFERRAL_REASONS = CodeList(
    "referral-reasons",
    _codes(
        OURS,
        ("home-unsuitable", "Home may not suit the person any more"),
        ("adaptation", "Adaptation needed"),
        ("equipment", "Equipment needed at home"),
        ("repairs-hazards", "Repairs or hazards at home"),
        ("clearing-cleaning", "Home needs clearing or cleaning"),
        ("homeless", "Homeless or may become homeless"),
        ("rehousing", "Cannot go back to the home"),
        ("basics", "Heating, water, power, food or keys"),
        ("safety", "Abuse or another danger at home"),
        ("not-sure", "Not sure: please check the home"),
    ),
)

REFERRAL_RETURN_REASONS = CodeList(
    "referral-return-reasons",
    _codes(
        OURS,
        ("not-housing", "The home does not delay the discharge"),
        ("other-area", "Home is in another area"),
        ("more-information", "More information needed from the ward"),
        ("person-declined", "Person does not want the help"),
        ("already-known", "Another service is already doing this"),
        ("wrong-person", "Sent for the wrong person"),
        ("too-unwell", "Too early: the person is too unwell to plan"),
    ),
)

TENURES = CodeList(
    "tenures",
    _codes(
        CORE,
        ("owner", "Owner or shared owner"),
        ("social", "Council or housing association tenant"),
        ("private", "Private tenant"),
        ("sheltered", "Sheltered or extra care housing"),
        ("supported", "Supported housing"),
        ("family-friends", "Living with family or friends"),
        ("temporary", "Temporary accommodation, hostel or refuge"),
        ("care-home", "Care home"),
        ("no-fixed-abode", "No fixed abode"),
        ("unknown", "Not known"),
    ),
)

NEEDS = CodeList(
    "needs",
    _codes(
        CORE,
        ("wheelchair-full", "Wheelchair user throughout the home"),
        ("wheelchair-essential", "Wheelchair access to essential rooms"),
        ("level-access", "Level access"),
        ("ground-floor", "Ground floor or a lift"),
        ("level-shower", "Level-access shower"),
        ("hospital-bed", "Room for a hospital bed"),
        ("hoist", "Hoist"),
        ("carer-room", "Room for a carer who stays overnight"),
        ("none", "None of these"),
    ),
)

SHARING_BASES = CodeList(
    "sharing-bases",
    (
        SharingBasis(code="consent", label="The person's explicit consent", source=GDPR, withdrawable=True),
        SharingBasis(
            code="best-interests",
            label="Best interests: the person lacks capacity for this decision",
            source="Mental Capacity Act 2005, section 4",
            withdrawable=False,
        ),
        SharingBasis(
            code="attorney",
            label="Consent of an attorney or deputy",
            source="Mental Capacity Act 2005, sections 9 and 16",
            withdrawable=True,
        ),
        SharingBasis(
            code="safeguarding",
            label="Safeguarding duty",
            source="Care Act 2014, sections 42 to 45",
            withdrawable=False,
        ),
        SharingBasis(
            code="public-interest", label="Overriding public interest", source=GDPR, withdrawable=False
        ),
        SharingBasis(
            code="agreement",
            label="Sharing agreement for direct care",
            source="Information sharing agreement of the organisations",
            withdrawable=False,
            partners=False,
        ),
    ),
)

MITIGATIONS = CodeList(
    "mitigations",
    tuple(
        MitigationCode(code=code, label=label, source=f"{OURS}: the days are a planning figure", days=days)
        for code, label, days in (
            ("stay-with-someone", "Stays with family or friends until it is done", 14),
            ("step-down", "Goes to a step-down place until it is done", 42),
            ("someone-there", "Somebody stays with the person", 7),
            ("temporary-equipment", "Temporary equipment stands in, for instance a commode", 28),
            ("temporary-heating", "Temporary heating, water or power", 7),
            ("meals-delivered", "Meals are delivered", 14),
            ("visit-on-arrival", "Somebody meets the person and makes the home safe on arrival", 14),
            ("room-closed-off", "The unsafe room is closed off", 28),
            ("other", "Other, described in a note", 14),
        )
    ),
)

USUAL_MITIGATION_DAYS = 14
"""For a mitigation that is in no list any more."""


def mitigation_days(code: str) -> int:
    """How many days a mitigation holds at most, unless another day is named."""
    return next((row.days for row in MITIGATIONS if row.code == code), USUAL_MITIGATION_DAYS)


OWNER_ROLES = CodeList(
    "owner-roles",
    _codes(
        OURS,
        ("ward", "The ward"),
        ("discharge-team", "Integrated discharge team"),
        ("therapy", "Therapists"),
        ("coordinator", "Housing and health coordinator"),
        ("council", "The council"),
        ("adult-social-care", "Adult social care"),
        ("landlord", "The landlord"),
        ("adaptations-service", "Adaptations service"),
        ("equipment-service", "Equipment service"),
        ("care-provider", "Care provider"),
        ("safeguarding", "Safeguarding team"),
        ("family-carer", "Family or carer"),
        ("trust-monitor", "Trust manager"),
        ("operator", "Operator"),
    ),
)

CONTACT_OUTCOMES = CodeList(
    "contact-outcomes",
    tuple(
        ContactOutcome(code=code, label=label, source=OURS, reached=reached)
        for code, label, reached in (
            ("well", "Reached: managing at home", True),
            ("needs-help", "Reached: something is wrong and help was arranged", True),
            ("declined", "Reached: does not want contact", True),
            ("in-hospital", "Back in hospital", True),
            ("not-reached", "Tried, not reached", False),
        )
    ),
)

HOME_PROBLEMS = CodeList(
    "home-problems",
    tuple(
        HomeProblem(code=code, label=label, source=OURS, fails_arrival=fails)
        for code, label, fails in (
            ("cannot-get-in", "Could not get in", True),
            ("no-heating", "No heating", True),
            ("no-hot-water", "No water, or no hot water", True),
            ("no-power", "No electricity or gas", True),
            ("no-food", "No food", True),
            ("no-bed", "No usable bed", True),
            ("cannot-reach-toilet", "Cannot reach the toilet", True),
            ("equipment-missing", "Equipment missing or not working", False),
            ("adaptation-missing", "Adaptation missing or not working", False),
            ("care-did-not-come", "Care did not come", False),
            ("medicines-missing", "Medicines missing", False),
            ("fell", "Fell at home", False),
            ("hazard", "Hazard at home", False),
            ("placement-unsuitable", "The home turned out unsuitable", False),
        )
    ),
)

CASE_OUTCOMES = CodeList(
    "case-outcomes",
    tuple(
        CaseOutcome(code=code, label=label, source=OURS, side_exit=exits, person_alive=code != "died")
        for code, label, exits in (
            ("home-as-it-is", "Home as it is", False),
            ("home-made-ready", "Home, made ready", False),
            ("rehoused", "A new home", False),
            ("stays-at-home", "Stays at home, a stay in hospital was avoided", False),
            ("step-down", "Step-down place or temporary accommodation", False),
            ("care-home", "Care home", False),
            ("readmitted", "Back in hospital", False),
            ("lost-contact", "Contact lost after discharge", False),
            ("returned", "Referral returned", True),
            ("withdrawn", "Referral withdrawn", True),
            ("admitted-elsewhere", "Moved to another hospital", True),
            ("self-discharged", "Self-discharged", True),
            ("died", "Died", True),
            ("merged", "Joined with an older case", True),
            ("entered-in-error", "Entered in error", True),
        )
    ),
)

WITHDRAWAL_REASONS = CodeList(
    "withdrawal-reasons",
    _codes(
        OURS,
        ("person-declined", "Person does not want the help"),
        ("no-longer-needed", "Help no longer needed"),
        ("arranged-otherwise", "Arranged by somebody else"),
        ("moved-area", "Moving to another area"),
        ("other", "Other, described in a note"),
    ),
)

REOPEN_REASONS = CodeList(
    "reopen-reasons",
    _codes(
        OURS,
        ("referred-again", "Referred again"),
        ("readmitted", "Back in hospital within 0 to 29 days"),
        ("readmission-cancelled", "The hospital cancelled the admission"),
        ("left-after-closing", "The person left hospital after the case was closed"),
        ("discharge-cancelled", "The discharge did not happen"),
        ("death-withdrawn", "The trust cancelled the report of the death"),
        ("closed-too-early", "Closed too early"),
        ("new-information", "New information"),
        ("referral-corrected", "The ward answered what was missing"),
    ),
)

STAY_DOUBTS = CodeList(
    "stay-doubts",
    _codes(
        OURS,
        ("discharged-before-admitted", "the discharge is dated before the admission"),
        ("moved-before-admitted", "a move between beds is dated before the day of the admission"),
        ("visit-number-used-again", "its number was used before, for a stay that had ended"),
    ),
)
"""Why a stay is doubtful: what its messages say cannot all be."""

STOPPED_BY_MERGE = "case-merged"
"""The reason of work that a merge stopped: should the merge be undone, it has to be begun again."""

STOPPED_BY_DEATH = "person-died"
"""The reason of work that a death stopped: should the death be taken back, it has to be begun again."""

STRAND_CANCEL_REASONS = CodeList(
    "strand-cancel-reasons",
    _codes(
        OURS,
        ("no-longer-needed", "No longer needed"),
        ("person-declined", "Person does not want it"),
        ("not-possible", "Not possible in this home"),
        ("replaced", "Replaced by another order"),
        ("moving", "Person is moving"),
        ("case-ended", "The case ended"),
        (STOPPED_BY_MERGE, "The case was joined with an older one"),
        (STOPPED_BY_DEATH, "The person died"),
        ("ordered-in-error", "Ordered in error"),
    ),
)

PROPERTY_WITHDRAWAL_REASONS = CodeList(
    "property-withdrawal-reasons",
    _codes(
        OURS,
        ("let-elsewhere", "Let to somebody who is not in Homeward"),
        ("not-fit-to-live-in", "Not fit to live in"),
        ("kept-by-landlord", "The landlord needs it for another purpose"),
        ("sold", "Sold or pulled down"),
        ("listed-in-error", "Listed in error"),
        ("other", "Another reason"),
    ),
)

EVIDENCE_KINDS = CodeList(
    "evidence-kinds",
    _codes(
        OURS,
        ("seen", "Seen on a visit"),
        ("told", "Somebody said so"),
        ("photo", "Photo"),
        ("document", "Document or report"),
        ("measured", "Measured or tried"),
    ),
)

OFFER_REFUSAL_REASONS = CodeList(
    "offer-refusal-reasons",
    _codes(
        OURS,
        ("too-far", "Too far from family, carers or friends"),
        ("area-unsafe", "Area not safe for the person"),
        ("not-accessible", "Not accessible enough"),
        ("too-small", "Too small or too large"),
        ("rent", "Too expensive"),
        ("pets", "Pet not allowed"),
        ("condition", "Condition of the home"),
        ("wants-own-home", "Wants to go back to their own home"),
        ("unknown", "Reason not known"),
        ("other", "Other, described in a note"),
    ),
)
