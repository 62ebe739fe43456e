"""Our own extensions of a referral, checked against their code lists; and FHIR dates as calendar dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from discharge.clocks import london_date
from discharge.codes.model import CodeList
from discharge.errors import HomewardError
from fhir_adapters.fhir.problems import refused


def fhir_day(value: date | datetime | None) -> date | None:
    """A FHIR date as it is written; an instant as its London date. A bare year or month is no day."""
    if isinstance(value, datetime):
        return london_date(value) if value.tzinfo else value.date()
    return value if isinstance(value, date) else None


@dataclass(frozen=True)
class OwnExtensions:
    """Our own extensions of a ServiceRequest."""

    request: Any
    path: str
    today: date

    def _of(self, url: str) -> list[tuple[str, Any]]:
        return [
            (f"{self.path}.extension[{index}]", each)
            for index, each in enumerate(self.request.extension or [])
            if each.url == url
        ]

    def codes(self, url: str, among: CodeList[Any]) -> tuple[str, ...]:
        """Every code given under an extension, checked against its list on the day."""
        return tuple(
            among.lookup(each.valueCode or "", self.today, f"{place}.valueCode").code
            for place, each in self._of(url)
        )

    def code(self, url: str, among: CodeList[Any]) -> str | None:
        """The one code given under an extension."""
        return next(iter(self.codes(url, among)), None)

    def answer(self, url: str) -> Any:
        """Yes, no or unknown; saying nothing is unknown."""
        for place, each in self._of(url):
            if each.valueCode not in {"yes", "no", "unknown"}:
                raise HomewardError("code-not-in-value-set", "one of: no, unknown, yes", f"{place}.valueCode")
            return each.valueCode
        return "unknown"

    def day(self, url: str) -> date | None:
        """A date given under an extension."""
        for place, each in self._of(url):
            day = fhir_day(each.valueDate or each.valueDateTime)
            if day is None:
                raise refused("invalid-fhir", "a date is expected", f"{place}.valueDate")
            return day
        return None
