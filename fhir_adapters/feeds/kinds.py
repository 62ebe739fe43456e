"""What a feed profile says of messages other than ADT: referrals, documents, question forms."""

from __future__ import annotations

from fnmatch import fnmatchcase

from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ReferralRules(_Strict):
    """Which REF messages ask for a home check, and what the trust's own reasons mean.

    `types` are RF1-3 codes (table 0281) that are for us; a trust that points its whole feed here sends
    referrals to clinics, too. `untyped` takes a referral without RF1-3. `reasons` maps RF1-10 to the codes of
    the list of referral reasons.
    """

    types: frozenset[str] = frozenset({"HOM"})
    untyped: bool = True
    reasons: dict[str, str] = {}

    def ours(self, referral_type: str) -> bool:
        """Whether a referral of this type is for us."""
        return referral_type.upper() in self.types if referral_type else self.untyped


class DocumentRules(_Strict):
    """Which documents are kept, by TXA-2 (table 0270 and the trust's own); others stay in the inbox only."""

    types: frozenset[str] = frozenset({"DS", "18842-5"})

    def kept(self, type_code: str) -> bool:
        """Whether a document of this type is kept; one without a type is."""
        return not type_code or type_code.upper() in self.types


class FormRules(_Strict):
    """Which ORU orders are question forms: codes (OBR-4.1) and titles (OBR-4.2), `*` stands for anything.

    `segment` names a local segment that holds a whole questionnaire (Homerton's ZQA): field 2 its id, field 3
    question and answer pairs, field 8 the combined answer.
    """

    codes: tuple[str, ...] = ()
    titles: tuple[str, ...] = (
        "*questionnaire*",
        "*question form*",
        "*assessment form*",
        "home circumstances*",
    )
    segment: str | None = Field(default=None, pattern=r"^Z[A-Z0-9]{2}$")

    def asks(self, code: str, title: str) -> bool:
        """Whether an order with this code and title is a form."""
        return _any_fits(code, self.codes) or _any_fits(title, self.titles)


def _any_fits(text: str, patterns: tuple[str, ...]) -> bool:
    return bool(text) and any(fnmatchcase(text.casefold(), pattern.casefold()) for pattern in patterns)
