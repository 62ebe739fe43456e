"""Text in which delimiters stand bare: `son & daughter` in a field that has no such parts is one text.

By the field's type: TX, FT and ST have no components; the components of an address, a place and a given name
have no subcomponents. The first component of an address (SAD) and of a name (FN) have, so that there a bare
mark shows by the spaces around it, or by parts that are none of a surname's.
"""

from collections.abc import Iterator, Mapping

from fhir_adapters.hl7v2.parse.segments import Message, Repetition, Segment

NOTE = "delimiters-in-text"
TEXT_TYPES = frozenset({"TX", "FT", "ST"})
_PARTED: Mapping[str, tuple[int, ...]] = {"PID": (5, 11), "PV1": (3,), "NK1": (2,)}


def street(xad: Repetition) -> str:
    """XAD-1: street, name and number as one line; a bare mark between spaces is text."""
    whole = xad.whole(1)
    if any(f" {mark} " in whole for mark in "&^~"):
        return whole
    return " ".join(part for part in (xad(1, sub) for sub in (1, 2, 3)) if part)


def surname(xpn: Repetition) -> str:
    """XPN-1: the surname; prefix and own surname (FN-2, FN-3) repeat parts of it, anything else is text."""
    first, whole = xpn(1), xpn.whole(1)
    more = [part for part in xpn.parts[0][1:] if part] if xpn.parts else []
    return first if all(part.casefold() in first.casefold() for part in more) else whole


def texts(segment: Segment, field: int) -> list[str]:
    """Each repetition of a text field, whole."""
    return [text for text in segment.written(field) if text]


def _found(message: Message) -> Iterator[bool]:
    for segment in message.segments:
        for field in _PARTED.get(segment.name, ()):
            cut = (held for held in segment.repetitions(field) if held.wholes)
            yield from (_has_bare(segment.name, field, held) for held in cut)
        if segment.name == "NTE" or (segment.name == "OBX" and segment.text(2) in TEXT_TYPES):
            field = 3 if segment.name == "NTE" else 5
            yield any(len(held.parts) > 1 or len(held.parts[0]) > 1 for held in segment.repetitions(field))


def _has_bare(name: str, field: int, held: Repetition) -> bool:
    if (name, field) == ("PID", 11):
        bare = any(len(part) > 1 for part in held.parts[:1]) and " & " in held.whole(1)
        return bare or any(len(part) > 1 for part in held.parts[1:5])
    if name == "PV1":
        return any(len(part) > 1 for part in held.parts[:3])
    return surname(held) != held(1) or any(len(part) > 1 for part in held.parts[1:3])


def has_bare_marks(message: Message) -> bool:
    """Whether a mark stands bare in a text of this message."""
    return any(_found(message))
