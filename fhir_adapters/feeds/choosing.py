"""Which feed a message belongs to: by the port it came in on, the client certificate, or MSH-3 and MSH-4.

A feed asks for what its columns name and nothing else. The feed that asks for most wins; two that ask for
equally much are a matter for a person, so the message belongs to none and is held as unassigned.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class FeedDoor:
    """One feed with what a message must show to belong to it."""

    feed_id: UUID
    code: str
    organisation_id: UUID
    profile: str | None
    port: int | None = None
    certificate: str | None = None
    sending_application: str | None = None
    sending_facility: str | None = None

    def score(self, arrival: "Arrival") -> int:
        """How many of its demands the arrival meets; 0 when it fails one or demands nothing."""
        demands = (
            (self.certificate, arrival.certificate),
            (self.sending_application, arrival.sending_application),
            (self.sending_facility, arrival.sending_facility),
            (self.port, arrival.port),
        )
        asked = [(want, got) for want, got in demands if want is not None]
        return len(asked) if all(want == got for want, got in asked) else 0


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a message shows of its sender; `certificate` is the SHA-256 of the client's certificate."""

    port: int | None = None
    certificate: str | None = None
    sending_application: str = ""
    sending_facility: str = ""


def choose_feed(feeds: Iterable[FeedDoor], arrival: Arrival) -> FeedDoor | None:
    """The one feed that asks for most and gets all of it, or None."""
    ranked = sorted(((feed.score(arrival), feed) for feed in feeds), key=lambda pair: -pair[0])
    if not ranked or ranked[0][0] == 0:
        return None
    if len(ranked) > 1 and ranked[1][0] == ranked[0][0]:
        return None
    return ranked[0][1]
