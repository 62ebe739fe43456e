"""Valid messages, damaged in the ways in which links and senders damage them."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from tests.fhir_adapters.hl7v2.other_samples import document, form, message, referral
from tests.fhir_adapters.hl7v2.parse.test_batches import batch
from tests.fhir_adapters.hl7v2.samples import OTHER_NHS, Sample

PIECES = (
    *(b"|", b"^", b"~", b"\\", b"&", b"\r", b"\n", b"\r\n", b"\x0b", b"\x1c", b"\x00", b"\xff", b"\xc3"),
    *(b"MSH|", b"\rPID|", b"\rPV1|", b"OBX|1|ST|", b"\\X41\\", b"\\X\\", b"\\.br\\", b"-1", b'""'),
    *(b"+0000", b"20269999", b"00000000", b"\xef\xbb\xbf", b"\xe2\x80\xae", b"'; --", b"{}", b"%s", b"\t "),
    *(b"A" * 3000, b"9" * 200, b"^" * 400, b"~" * 400, b"\xf0\x9f\x8f\xa0", b"99999999999999"),
)
"""What a damaged message is full of."""


def valid() -> Sequence[bytes]:
    """One of each kind, about a few people."""
    other = {"nhs": OTHER_NHS, "local": "H200", "visit": "V2"}
    triggers = ("A01", "A02", "A03", "A08", "A11", "A13", "A16", "A28", "A31")
    merge = Sample("A40", "M40", more={"MRG": {1: "H200^^^RXH^MR"}})
    own = "OBX|1|CE|need^^HOMEWARD||level-access"
    ed = "OBX|1|ED|S^S||^AP^PDF^Base64^JVBERi0xLjQ="
    return (
        *(Sample(trigger, f"M{trigger}").raw() for trigger in triggers),
        Sample("A01", "M50", **other).raw(),  # type: ignore[arg-type]
        merge.raw(),
        referral("REF^I12", own, "NTE|1||Stairs."),
        referral("REF^I13", own, message_id="K2"),
        referral("REF^I14", message_id="K3"),
        document("T02", "D1", "", ed, message_id="K4"),
        document("T11", "D1", message_id="K5"),
        form("OBX|1|CE|Q1^Who?^L||A^Nobody^L", message_id="K6"),
        message("ORU^R01", "OBR|1||F1|UE^Urea", "OBX|1|NM|NA^Sodium||140", message_id="K7"),
        batch(Sample().raw(), Sample("A08", "M2").raw()),
    )


def damaged(raw: bytes, random: Random) -> bytes:
    """The message after a few accidents."""
    for _ in range(random.randint(1, 4)):
        raw = random.choice(_ACCIDENTS)(raw, random)
    return raw


def _cut(raw: bytes, random: Random) -> bytes:
    return raw[: random.randint(0, len(raw))]


def _put(raw: bytes, random: Random) -> bytes:
    at = random.randint(0, len(raw))
    return raw[:at] + random.choice(PIECES) + raw[at:]


def _lose(raw: bytes, random: Random) -> bytes:
    at = random.randint(0, len(raw))
    return raw[:at] + raw[at + random.randint(1, 30) :]


def _overwrite(raw: bytes, random: Random) -> bytes:
    at = random.randint(0, len(raw))
    noise = random.randbytes(random.randint(1, 6))
    return raw[:at] + noise + raw[at + len(noise) :]


def _shuffle(raw: bytes, random: Random) -> bytes:
    head, *rest = raw.split(b"\r")
    random.shuffle(rest)
    return b"\r".join([head, *rest])


def _repeat(raw: bytes, random: Random) -> bytes:
    lines = raw.split(b"\r")
    lines.insert(random.randint(1, len(lines)), random.choice(lines))
    return b"\r".join(lines)


def _field(raw: bytes, random: Random) -> bytes:
    """One field of one segment becomes something else."""
    lines = raw.split(b"\r")
    number = random.randrange(len(lines))
    fields = lines[number].split(b"|")
    fields[random.randrange(len(fields))] = random.choice(PIECES)
    lines[number] = b"|".join(fields)
    return b"\r".join(lines)


def _join(raw: bytes, random: Random) -> bytes:
    return raw.replace(b"\r", b"", random.randint(1, 2))


_ACCIDENTS = (_cut, _put, _lose, _overwrite, _shuffle, _repeat, _field, _field, _join)
