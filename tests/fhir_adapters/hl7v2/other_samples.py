"""Messages of other kinds than ADT, written out by hand. Every person is invented."""

from __future__ import annotations

from tests.fhir_adapters.hl7v2.samples import NHS, segment


def message(
    kind: str,
    *lines: str,
    message_id: str = "K1",
    sent: str = "20260303090000",
    visit: str = "V1",
    **pid: str,
) -> bytes:
    """A message about the person of `Sample`, with these segments behind PID and PV1."""
    person = {
        1: "1",
        3: f"{pid.get('nhs', NHS)}^^^NHS^NH~{pid.get('local', 'H100')}^^^RXH^MR",
        5: pid.get("name", "ASHDOWN^JOAN"),
        7: pid.get("born", "19410502"),
        8: "2",
    }
    head = f"MSH|^~\\&|PAS|RXH|HOMEWARD|HW|{sent}||{kind}|{message_id}|P|2.4"
    stay = [segment("PV1", {2: "I", 3: "RXH^ELM^ELM1-1^RXH01", 19: visit})] if visit else []
    return "\r".join([head, segment("PID", person), *stay, *lines, ""]).encode()


def referral(kind: str = "REF^I12", *lines: str, number: str = "R77^RXH", **more: str) -> bytes:
    """A referral for a home check."""
    rf1 = segment("RF1", {1: "P", 3: "Hom", 6: number, 7: "20260302", 10: more.pop("reason", "adaptation")})
    return message(kind, rf1, *lines, **more)


def document(trigger: str = "T02", number: str = "D1", parent: str = "", *lines: str, **more: str) -> bytes:
    """A discharge summary in words."""
    txa = {1: "1", 2: more.pop("type", "DS^Discharge summary"), 4: "20260303083000", 12: number, 13: parent}
    txa |= {17: more.pop("completion", "AU"), 18: more.pop("confidentiality", "U"), 19: "AV"}
    text = lines or ("OBX|1|TX|SUM^Summary||Went home with a walking frame.||||||F",)
    return message(f"MDM^{trigger}", segment("TXA", txa), *text, **more)


def form(*answers: str, code: str = "HC1^Home circumstances", order: str = "F9", **more: str) -> bytes:
    """A question form: one OBX a question."""
    obr = segment("OBR", {1: "1", 3: order, 4: code, 7: "20260303080000", 25: more.pop("state", "F")})
    return message("ORU^R01", obr, *answers, **more)
