"""What a message says of documents, answered forms and local values."""

from typing import Literal

from pydantic import AwareDatetime, Field

from discharge.values import Frozen


class FormAnswer(Frozen):
    """One question of a form with what was answered; codes as sent where there are any."""

    question: str
    answer: str = ""
    question_code: str | None = None
    answer_code: str | None = None
    unit: str | None = None


class DocumentReported(Frozen):
    """What a message says of a document (MDM) or an answered form (ORU, local segments).

    `number` is its own, `parent` that of the document it adds to or replaces; completion, confidentiality and
    availability are TXA-17, 18 and 19 as sent. Content and answers go to the documents, not into the facts.
    """

    kind: Literal["document-reported"] = "document-reported"
    event: Literal["new", "status", "addendum", "edit", "replacement", "cancel"]
    form: bool = False
    stated_at: AwareDatetime | None = None
    number: str
    parent: str | None = None
    type_code: str | None = None
    title: str | None = None
    completion: str | None = None
    confidentiality: str | None = None
    availability: str | None = None
    written_at: AwareDatetime | None = None
    content_type: str | None = None
    content: bytes | None = Field(default=None, exclude=True, repr=False)
    answers: tuple[FormAnswer, ...] = Field(default=(), exclude=True, repr=False)


class ValuesExtracted(Frozen):
    """Values of local segments that the feed profile names, as sent."""

    kind: Literal["values-extracted"] = "values-extracted"
    stated_at: AwareDatetime | None = None
    values: dict[str, str]
