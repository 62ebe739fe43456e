"""Message kinds beyond ADT, and what local segments add to any message."""

from collections.abc import Callable, Mapping

from fhir_adapters.hl7v2.facts import Fact, Interpretation, Interpreted, NotUsed, ValuesExtracted
from fhir_adapters.hl7v2.interpret import mdm, oru, ref
from fhir_adapters.hl7v2.interpret.fields import Reader

_Add = Callable[[Reader, Interpreted], Interpretation]

KINDS: Mapping[tuple[str, str], _Add] = {
    **{("REF", trigger): ref.add_referral for trigger in ref.ACTIONS},
    **{("MDM", trigger): mdm.add_document for trigger in mdm.EVENTS},
    ("ORU", "R01"): oru.add_forms,
}
"""Message type and trigger -> what adds its own facts to those of the person and the stay."""


def interpret_kind(reader: Reader, subject: Interpretation) -> Interpretation:
    """A message of a row of KINDS; `subject` is what it says of its person and stay.

    A message that is none of ours is not used, whoever it is about.
    """
    add = KINDS[reader.message.envelope.message_type, reader.message.envelope.trigger]
    whole = add(reader, subject if isinstance(subject, Interpreted) else Interpreted(facts=()))
    return whole if isinstance(whole, NotUsed) or isinstance(subject, Interpreted) else subject


def with_local_segments(reader: Reader, outcome: Interpretation) -> Interpretation:
    """The outcome with what the profile finds in local segments: questionnaires and extracted values."""
    if not isinstance(outcome, Interpreted):
        return outcome
    more: list[Fact] = list(oru.read_forms(reader)) if reader.message.envelope.message_type == "ADT" else []
    values = {extra.name: reader.value(extra.place) for extra in reader.profile.extras}
    said = {name: value for name, value in values.items() if value}
    if said:
        more.append(ValuesExtracted(stated_at=reader.stated_at, values=said))
    return outcome.model_copy(update={"facts": (*outcome.facts, *more)}) if more else outcome
