"""How a feed says that the stay stands, against what its message does: a difference is for a person.

The trigger and the times decide; a status word never moves a stay by itself, because feeds restate old ones.
"""

from collections.abc import Mapping

from fhir_adapters.feeds.profile import Stand
from fhir_adapters.hl7v2.facts import Movement
from fhir_adapters.hl7v2.interpret.fields import Notes, Reader

_CANCELLED_BY = frozenset({"admission-cancelled", "expectation-cancelled", "deleted"})
_MOVEMENTS: Mapping[Stand, frozenset[str]] = {
    "planned": frozenset({"expected", "updated"}) | _CANCELLED_BY,
    "left": frozenset({"discharged", "updated"}) | _CANCELLED_BY,
    "cancelled": _CANCELLED_BY | {"updated"},
}
"""With which movements a stand goes together; `in-hospital` goes with all."""


def note_status(reader: Reader, movement: Movement, notes: Notes) -> None:
    """Note where the status word and the movement contradict each other."""
    rule = reader.profile.encounter_status
    stand = rule.words.get(reader.value(rule.place).upper()) if rule else None
    if stand is not None and movement not in _MOVEMENTS.get(stand, {movement}):
        notes.codes.append("encounter-status-differs")
