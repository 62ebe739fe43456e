"""What the drain cannot decide by itself."""


class Doubt(Exception):
    """A message that fits what we hold in more than one way, or not at all; it is parked for a person.

    `code` is of the table of errors, `reason` a code that an operator can group by. Neither holds personal
    data.
    """

    def __init__(self, code: str, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(f"{code}: {reason}")
