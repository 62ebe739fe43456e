"""What the drain cannot decide by itself, and what it leaves alone."""

from fhir_adapters.people.match import Offered


class Doubt(Exception):
    """A message that fits what we hold in more than one way, or not at all; it is parked for a person.

    `code` is of the table of errors, `reason` a code that an operator can group by. Neither holds personal
    data. `offered` are pairs of records to look at.
    """

    def __init__(self, code: str, reason: str, offered: tuple[Offered, ...] = ()) -> None:
        self.code = code
        self.reason = reason
        self.offered = offered
        super().__init__(f"{code}: {reason}")


class SetApart(Exception):
    """A message about a test patient, known by number: it is listed as not used and touches nobody."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)
