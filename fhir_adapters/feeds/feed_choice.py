"""Which feed a message belongs to: by the port it came in on, the client certificate, or MSH-3 and MSH-4.

A feed asks for what its columns name and nothing else. Port and certificate decide first: whoever comes by
a feed's own is that feed's sender, and the header's names choose only among the feeds of that door. Of these
the feed that asks for most wins; two that ask for equally much are a matter for a person, so the message
belongs to none and is held as unassigned.

A feed may also say from which networks its messages come. That chooses nothing: a message that belongs to the
feed and comes from elsewhere is turned away.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from uuid import UUID


@dataclass(frozen=True, slots=True)
class FeedDoor:
    """One feed with what a message must show to belong to it.

    ``networks`` (CIDR) are where its messages may come from; none means anywhere. ``message_bytes`` and
    ``messages_per_second`` are its own limits, None for the listener's.
    """

    feed_id: UUID
    code: str
    organisation_id: UUID
    profile: str | None
    port: int | None = None
    certificate: str | None = None
    sending_application: str | None = None
    sending_facility: str | None = None
    networks: tuple[str, ...] = ()
    message_bytes: int | None = None
    messages_per_second: float | None = None

    @property
    def is_guarded(self) -> bool:
        """Whether its messages must come from a network, or with a certificate, of the organisation's."""
        return bool(self.networks or self.certificate)

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

    def at(self, arrival: "Arrival") -> bool:
        """Whether the message came by a port or with a certificate that is this feed's own."""
        asked = ((self.certificate, arrival.certificate), (self.port, arrival.port))
        own = [(want, got) for want, got in asked if want is not None]
        return bool(own) and all(want == got for want, got in own)

    def lets_in(self, address: str) -> bool:
        """Whether messages may come from this address; with a list, one that cannot be read may not."""
        return not self.networks or _is_in(address, self.networks)


@lru_cache(maxsize=4096)
def _is_in(address: str, networks: tuple[str, ...]) -> bool:
    try:
        came_from = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    # An IPv4 sender on a socket for both families shows as ::ffff:a.b.c.d.
    came_from = getattr(came_from, "ipv4_mapped", None) or came_from
    return any(came_from in network for network in map(_network, networks))


@lru_cache(maxsize=256)
def _network(text: str) -> IPv4Network | IPv6Network:
    return ip_network(text)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a message shows of its sender; `certificate` is the SHA-256 of the client's certificate.

    `address` is where it comes from; it chooses no feed.
    """

    port: int | None = None
    certificate: str | None = None
    sending_application: str = ""
    sending_facility: str = ""
    address: str = ""


def choose_feed(feeds: Iterable[FeedDoor], arrival: Arrival) -> FeedDoor | None:
    """Of the feeds of its door, else of all, the one that asks for most and gets all of it, or None."""
    every = list(feeds)
    meant = [feed for feed in every if feed.at(arrival)] or every
    ranked = sorted(((feed.score(arrival), feed) for feed in meant), key=lambda pair: -pair[0])
    if not ranked or ranked[0][0] == 0:
        return None
    if len(ranked) > 1 and ranked[1][0] == ranked[0][0]:
        return None
    return ranked[0][1]
