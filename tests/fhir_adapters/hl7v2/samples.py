"""Messages for tests, written out by hand so that a reader sees what the parser sees. Every person is
invented.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

NHS = "9990000018"
OTHER_NHS = "9990000026"


@dataclass(frozen=True)
class Sample:
    """An ADT message in the ITK way; `more` adds or replaces fields, as {"PV1": {36: "19"}}."""

    trigger: str = "A01"
    message_id: str = "M1"
    sent: str = "20260302101500"
    happened: str = "20260302100000"
    nhs: str = NHS
    local: str = "H100"
    visit: str = "V1"
    family: str = "ASHDOWN"
    born: str = "19410502"
    location: str = "RXH^ELM^ELM1-1^RXH01"
    application: str = "PAS"
    facility: str = "RXH"
    processing: str = "P"
    version: str = "2.4"
    accept: str = ""
    application_ack: str = ""
    more: dict[str, dict[int, str]] = field(default_factory=dict)
    tail: tuple[str, ...] = ()

    def but(self, **changes: object) -> Sample:
        return replace(self, **changes)  # type: ignore[arg-type]

    def fields(self) -> dict[str, dict[int, str]]:
        numbers = [f"{self.nhs}^^^NHS^NH" if self.nhs else "", f"{self.local}^^^RXH^MR" if self.local else ""]
        made: dict[str, dict[int, str]] = {
            "EVN": {2: self.sent, 6: self.happened},
            "PID": {
                1: "1",
                3: "~".join(number for number in numbers if number),
                5: f"{self.family}^JOAN^^^MRS^^L",
                7: self.born,
                8: "2",
                11: "1 ACACIA AVENUE^^LEEDS^WEST YORKSHIRE^LS1 1AA^GBR^H",
                13: "01134960000^PRN^PH~07700900123^PRN^CP",
            },
            "PV1": {2: "I", 3: self.location, 19: self.visit, 44: "20260302100000"},
        }
        for name, extra in self.more.items():
            made.setdefault(name, {}).update(extra)
        return made

    def text(self) -> str:
        header = (
            f"MSH|^~\\&|{self.application}|{self.facility}|HOMEWARD|HW|{self.sent}||ADT^{self.trigger}|{self.message_id}"
            f"|{self.processing}|{self.version}|||{self.accept}|{self.application_ack}"
        )
        lines = [header, *(segment(name, fields) for name, fields in self.fields().items()), *self.tail]
        return "\r".join(lines) + "\r"

    def raw(self, encoding: str = "utf-8") -> bytes:
        return self.text().encode(encoding)


def segment(name: str, fields: dict[int, str]) -> str:
    """One segment from its fields by number."""
    last = max(fields, default=0)
    return "|".join([name, *(fields.get(number, "") for number in range(1, last + 1))])
