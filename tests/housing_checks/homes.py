"""Small builders for stories about a home: one case, told in commands, one day after another."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

from discharge.cases.commands import Command, CompleteCheck, ConfirmItem, Envelope, StartStrand
from discharge.cases.events import Event, OwnerAssigned, ReferralAccepted, ReferralReceived
from discharge.cases.evolve import fold
from discharge.cases.model import Actor, Case, Owner, Referral
from discharge.reference.policy import policy_on
from discharge.values import YesNoUnknown
from housing_checks.checks.form import form_of
from housing_checks.deciders import DECIDERS
from housing_checks.pathway import consequences
from housing_checks.strands.rehousing.model import Property

CASE = UUID("00000000-0000-4000-8000-0000000000c1")
TRUST = UUID("00000000-0000-4000-8000-0000000000a1")
SERVICE = UUID("00000000-0000-4000-8000-0000000000a2")
COUNCIL = UUID("00000000-0000-4000-8000-0000000000a3")
LANDLORD = UUID("00000000-0000-4000-8000-0000000000a4")
HOME = UUID("00000000-0000-4000-8000-0000000000b1")
OTHER_HOME = UUID("00000000-0000-4000-8000-0000000000b2")
FORM_1 = form_of("home-check-1")
"""The form of the first edition."""
FIRST = date(2026, 3, 2)
POLICY = policy_on(FIRST)
COORDINATOR = Actor(organisation_id=SERVICE, role="coordinator", user_id=uuid5(SERVICE, "coordinator"))
SYSTEM = Actor(organisation_id=SERVICE, role="system")


def day(number: int) -> date:
    """Return the day that many days after Monday 2 March 2026."""
    return FIRST + timedelta(days=number)


def noon(number: int) -> datetime:
    """Return noon of that day as case time."""
    return datetime(2026, 3, 2, 12, tzinfo=UTC) + timedelta(days=number)


class Story:
    """One case as it unfolds; ``last`` holds the events of the last thing that happened."""

    def __init__(
        self, needs: tuple[str, ...] = (), lives_alone: YesNoUnknown = "no", accepted: bool = True
    ) -> None:
        referral = Referral(referred_on=day(0), organisation_id=TRUST, needs=needs, lives_alone=lives_alone)
        self.case = Case(case_id=CASE)
        self.last: list[Event] = []
        self._asked = 0
        self.happens(ReferralReceived(person_id=uuid5(CASE, "person"), referral=referral))
        if accepted:
            self.happens(
                ReferralAccepted(accepted_on=day(0)), OwnerAssigned(owner=Owner(organisation_id=SERVICE))
            )

    def happens(self, *events: Event) -> Story:
        """Fold events that another floor decided, and what follows from them."""
        self.case = fold(self.case, events)
        self.last = list(events)
        return self._follow(noon(0))

    def ask(
        self,
        command: Command,
        on: int = 1,
        now: int | None = None,
        actor: Actor = COORDINATOR,
        note: UUID | None = None,
    ) -> Story:
        """Decide a command that takes effect on day ``on``, fold it, and fold what follows."""
        at = noon(on if now is None else now)
        self.last = self.decide(command, on, now, actor, note)
        self.case = fold(self.case, self.last)
        return self._follow(at)

    def decide(
        self,
        command: Command,
        on: int = 1,
        now: int | None = None,
        actor: Actor = COORDINATOR,
        note: UUID | None = None,
    ) -> list[Event]:
        """Return what a command would bring about, and change nothing."""
        self._asked += 1
        envelope = Envelope(
            command_id=uuid5(CASE, str(self._asked)),
            case_id=CASE,
            actor=actor,
            effective_on=day(on),
            command=command,
            note_id=note,
        )
        return DECIDERS[command.kind](self.case, envelope, noon(on if now is None else now), POLICY)

    def _follow(self, at: datetime) -> Story:
        followed = consequences(self.case, at)
        self.case = fold(self.case, followed)
        self.last += followed
        return self

    @property
    def kinds(self) -> list[str]:
        """The kinds of the last events, in order."""
        return [event.kind for event in self.last]


def answers(**changed: YesNoUnknown) -> dict[str, YesNoUnknown]:
    """Return a check in which all is well but for the items named (with _ for -)."""
    given: dict[str, YesNoUnknown] = dict.fromkeys(FORM_1.codes, "yes")
    return given | {code.replace("_", "-"): value for code, value in changed.items()}


def check(**changed: YesNoUnknown) -> CompleteCheck:
    """Return the completed check with those answers."""
    return CompleteCheck(form=FORM_1.code, answers=answers(**changed))


def checked(**changed: YesNoUnknown) -> Story:
    """Return a story whose home was checked on day 1 with those answers."""
    return Story().ask(check(**changed), on=1)


def confirm(item: str, value: YesNoUnknown = "yes") -> ConfirmItem:
    """Return the command that says how an item stands."""
    return ConfirmItem(item=item, value=value)


def start(kind: str, item: str, **changes: object) -> StartStrand:
    """Return the command that opens a strand."""
    return StartStrand(strand_kind=kind, item=item).model_copy(update=changes)


def home(**changes: object) -> Property:
    """Return a step-free one-bedroom flat of the landlord's, ready on day 5."""
    flat = Property(
        property_id=HOME,
        landlord_id=LANDLORD,
        property_type="flat",
        bedrooms=1,
        access_class="D",
        ready_on=day(5),
    )
    return Property.model_validate(flat.model_dump() | changes)
