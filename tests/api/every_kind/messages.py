"""Kinds of fault in HL7 v2: what people are shown when each is read rightly, and variants of our own."""

from __future__ import annotations

from datetime import date

from tests.api.every_kind.shown import Kind, Shown, ours
from tests.fhir_adapters.hl7v2.kinds_of_fault.messages import admitted, adt, beryl, left, pv1

CAME = "202603011000"
IN = adt("A01", CAME, beryl("H1"), pv1("V1", CAME), event=CAME)
IDA = "1||{}^^^RXH^MR||MARLOW^IDA||19500101|F|||8 OTHER ST^^HARROW VALE^^ZZ99 3WX^GBR^H"


# Times that contradict each other


def doubtful(shown: Shown) -> None:
    assert shown.stay["status"] == "discharged"
    assert shown.stay["doubts"] == ["discharged-before-admitted"]
    assert "doubtful-stay" in shown.alerts
    assert "The hospital's times contradict each other" in shown.page
    assert "Left hospital on" in shown.page
    assert "ask the ward" in shown.words


def has_left(shown: Shown) -> None:
    assert (shown.stay["status"], shown.stay["doubts"]) == ("discharged", [])
    assert shown.stage in ("discharged", "closed")
    assert "doubtful-stay" not in shown.alerts
    assert shown.stay["discharged_on"] == "2026-03-01"


def late(*corrected: bytes) -> tuple[bytes, ...]:
    """An admission keyed late, a discharge before it, and what corrects it."""
    first = adt("A01", "202603011800", beryl("H1"), pv1("V1", "202603011800"), event="202603011800")
    return first, left("V1", "202603011800", "202603011830", "202603011730", event="202603011730"), *corrected


TIMES = (
    Kind(
        "m1a",
        "m1a-",
        doubtful,
        (
            ours(IN, left("V1", CAME, "202603101500", "202512311500")),
            ours(IN, left("V1", CAME, "202603101500", "20260210")),
        ),
    ),
    Kind(
        "m1b",
        "m1b-",
        has_left,
        (
            ours(admitted("V2", "20260301100052"), left("V2", "20260301100052", "20260301100052", CAME)),
            ours(IN, left("V1", CAME, "202603011500", "20260301")),
        ),
    ),
    Kind(
        "m1c",
        "m1c-",
        has_left,
        (
            ours(*late(left("V1", CAME, "202603011900", "202603011730", trigger="A08"))),
            ours(*late(adt("A08", "202603012000", beryl("H1"), pv1("V1", "202603011215")))),
        ),
    ),
)


# A number without its authority, or used again; somebody not yet known


def one_person(shown: Shown) -> None:
    assert list(shown.people) == ["OAKLEY"]
    assert "OAKLEY, BERYL" in shown.page
    assert {each["state"] for each in shown.messages} == {"interpreted"}


def welsh(beside: str, trigger: str = "A40") -> tuple[bytes, ...]:
    """Two records, and a merge by the bare number of the second."""
    woman = f"1||9990000018^^^^NI~{beside}||OAKLEY^BERYL||19410302|F"
    given_up = beside.replace("H5", "H5b")
    return (
        adt("A28", CAME, f"1||{given_up}||OAKLY^BERIL||19410302|F"),
        adt("A28", "202603011030", woman),
        adt(trigger, "202603020900", woman, "MRG|H5b"),
    )


def apart(shown: Shown) -> None:
    assert {name: row.birth_date for name, row in shown.people.items()} == {
        "OAKLEY": date(1941, 3, 2),
        "MARLOW": date(1950, 1, 1),
    }
    assert "OAKLEY, BERYL" in shown.page
    assert shown.stay["ward"] == "W7"
    assert shown.expected in shown.notes
    assert "ask the" in shown.words


def named(shown: Shown) -> None:
    ida = shown.people["MARLOW"]
    assert (ida.given_name, ida.birth_date) == ("IDA", date(1950, 1, 1))
    assert "belongs to another number or person" in shown.page
    assert shown.stay["cancelled_because"] == "moved"


def given_away(trigger: str, mrg: str) -> tuple[bytes, ...]:
    """A stay that belongs to somebody not yet known."""
    first = adt("A01", CAME, beryl("H1"), pv1("V1", CAME))
    return first, adt(trigger, "202603020900", IDA.format("H11"), mrg, pv1("V1", CAME))


def filed_by_port(shown: Shown) -> None:
    assert {each["feed"] for each in shown.messages} == {"RXH-PAS"}
    assert "sender-of-another-feed" in shown.notes
    assert "MSH-3 and MSH-4 name another feed" in shown.words


def from_simhosp(trigger: str) -> bytes:
    return adt(trigger, CAME, beryl("H1"), pv1("V1", CAME)).replace(b"|PAS|RXH|", b"|SIMHOSP|SFAC|")


def with_ida(number: str, visit: str) -> bytes:
    return adt("A01", "202603051000", IDA.format(number), pv1(visit, "202603051000", place="W8"))


AGAIN = "number-used-again"
PEOPLE = (
    Kind(
        "m2",
        "m2-",
        one_person,
        (ours(*welsh("H5^^^252^PI")), ours(*welsh("H5^^^^PI", "A34"))),
        profile="welsh-pas",
    ),
    Kind("m5", "m5-", filed_by_port, (ours(from_simhosp("A01")), ours(from_simhosp("A08"))), port=2601),
    Kind(
        "m6",
        "m6-",
        named,
        (
            ours(*given_away("A45", "MRG|H1^^^RXH^MR||||V1")),
            ours(*given_away("A44", "MRG|H1^^^RXH^MR||V1||V1")),
        ),
    ),
    Kind(
        "g3",
        "g3-",
        apart,
        (
            ours(IN, with_ida("H1", "V1b"), expected=AGAIN),
            ours(IN, adt("A28", "202603051000", IDA.format("H1")), expected=AGAIN),
            ours(
                IN,
                left("V1", CAME, "202603041000", "202603041000"),
                with_ida("H17", "V1"),
                expected="visit-number-of-another-person",
            ),
        ),
        expected=AGAIN,
    ),
)


# What is taken back, or has ended


def lives(shown: Shown) -> None:
    assert shown.case["person"]["deceased"] is False
    assert shown.stage not in ("closed", "discharged")
    assert shown.case["case"]["outcome"] is None
    assert "death-taken-back" in shown.alerts
    assert "The report of a death was cancelled" in shown.page


def death(back: str, trigger: str = "A31") -> tuple[bytes, ...]:
    """A death that is told and taken back."""
    stay = [pv1("V1", CAME)] if trigger == "A08" else []
    died = beryl("H1", "|" * 18 + "202603050900|Y")
    return (
        IN,
        adt(trigger, "202603051000", died, *stay),
        adt(trigger, "202603061000", beryl("H1", back), *stay),
    )


def deleted(shown: Shown) -> None:
    assert (shown.stay["status"], shown.stay["cancelled_because"]) == ("cancelled", "deleted")
    assert shown.stage != "closed"
    assert "person-deleted" in shown.alerts
    assert shown.case["next_action"]["role"] == "discharge-team"
    assert "The hospital deleted the person's record" in shown.page
    assert "the visit was deleted as entered in error" in shown.page


def in_force(shown: Shown) -> None:
    assert shown.case["person"]["address"]["lines"][0] == shown.expected
    assert shown.expected in shown.page.split("Stage")[0]
    assert "ended-value" in shown.notes
    assert "One in force was used instead" in shown.words


def addresses(*listed: str) -> bytes:
    return adt("A01", CAME, beryl("H1", address="~".join(listed)), pv1("V1", CAME))


PLAN = adt("A05", CAME, beryl("H1"), pv1("V1", ""))
OVER, NEW = "1 OLD QUAY^^^^ZZ99 3WZ^^H^^^^^^20100101^20200101", "7 TARN WAY^^^^ZZ99 3VZ^^H^^^^^^20200101"
RANGED = "9 Former Street^^^^ZZ99 3CZ^^H^^^^^20090101&20190630"
TAKEN_BACK = (
    Kind("m3a", "m3a-", lives, (ours(*death("|" * 18 + '""|""')), ours(*death("|" * 18 + '""|""', "A08")))),
    Kind("m3b", "m3b-", lives, (ours(*death("|" * 18 + '""|N')), ours(*death("|" * 19 + "N", "A08")))),
    Kind(
        "g1",
        "g1-",
        deleted,
        (
            ours(PLAN, adt("A29", "202603020900", beryl("H1"))),
            ours(IN, adt("A29", "202603020900", "1||H1^^^RXH^MR")),
        ),
    ),
    Kind(
        "m4",
        "m4-",
        in_force,
        (
            ours(addresses(OVER, NEW), expected="7 TARN WAY"),
            ours(addresses(RANGED, NEW), expected="7 TARN WAY"),
        ),
        expected="7 TARN WAY",
    ),
    Kind(
        "b1",
        "b1-",
        in_force,
        (
            ours(addresses(RANGED, OVER, NEW), expected="7 TARN WAY"),
            ours(IN, adt("A31", "202603021000", beryl("H1", address=f"{OVER}~{NEW}")), expected="7 TARN WAY"),
        ),
        expected="2 Present Close",
        profile="itk-2.4",
    ),
)


# Places, dates and texts


def ward(shown: Shown) -> None:
    assert shown.stay["ward"] == shown.expected
    assert f"Ward {shown.expected}" in shown.page


def at_once(*places: str) -> tuple[bytes, ...]:
    """Moves of one minute."""
    when = "202603021030"
    moves = (adt("A02", when, beryl("H1"), pv1("V1", CAME, place=to), event=when, number=to) for to in places)
    return IN, *moves


def fit_since(shown: Shown) -> None:
    [period] = shown.case["case"]["ready_periods"]
    assert period["ready_on"] == shown.expected
    assert shown.stay["medically_fit"] is True
    since = date.fromisoformat(shown.expected)
    assert f"{since.day} {since:%b}" in shown.page or f"{since.day} {since:%B}" in shown.page


def assumed(shown: Shown) -> None:
    fit_since(shown)
    assert shown.stay["fit_on_assumed"] is True
    assert "It was not used" in shown.words or "gives no day" in shown.words
    assert "gave no day" in shown.page


def fit(day: str) -> bytes:
    zu1 = "ZU1" + "|" * 22 + f"Y||{day}"
    return adt("A08", "202603041000", beryl("H1"), pv1("V1", CAME), zu1)


def coded(*told: str) -> tuple[bytes, ...]:
    """Observations of the trust's own in an update."""
    return IN, adt("A08", "202603081000", beryl("H1"), pv1("V1", CAME), *told)


def whole(shown: Shown) -> None:
    assert "delimiters-in-text" in shown.notes
    assert "The whole text was kept" in shown.words
    assert shown.expected in shown.page + shown.documents


FIT = "DATEMEDICALLYFITFORDISCHARGE"
KEY = {"observations": {"medically_fit": ["MFFD"], "fit_on": [FIT]}}
PLACED = "1 & 2 MILL LANE^ROSE & CROWN YARD^HARROW VALE^^ZZ99 3VZ^^H"
VALUES = (
    Kind(
        "m7",
        "m7-",
        ward,
        (
            ours(adt("A01", CAME, beryl("H1"), pv1("V1", CAME, place="T42E^ROOM 12^3")), expected="T42E"),
            ours(
                adt("A01", CAME, beryl("H1"), pv1("V1", CAME, place="ELM^SIDE ROOM 2^1^RXH")), expected="ELM"
            ),
        ),
        expected="ACUTE STROKE UNIT",
        profile="itk-2.4",
    ),
    Kind(
        "b9",
        "b9-",
        ward,
        (ours(*at_once("P1", "P3", "P2"), expected="P2"), ours(*at_once("Z9", "A1"), expected="A1")),
        expected="P3",
    ),
    Kind(
        "b10",
        "b10-",
        assumed,
        (ours(IN, fit("20991231"), expected="2026-03-04"), ours(IN, fit(""), expected="2026-03-04")),
        expected="2026-11-19",
        profile="itk-2.4",
    ),
    Kind(
        "g2",
        "g2-",
        fit_since,
        (
            ours(*coded(f"OBX|1|DT|{FIT}||20260307"), expected="2026-03-07"),
            ours(*coded("OBX|1|ST|MFFD||Y", f"OBX|2|ST|{FIT}||202603060900"), expected="2026-03-06"),
        ),
        expected="2026-03-08",
        keys=KEY,
    ),
    Kind(
        "b19",
        "b19-",
        whole,
        (
            ours(adt("A01", CAME, beryl("H1", address=PLACED), pv1("V1", CAME)), expected="1 & 2 MILL LANE"),
            ours(
                adt("A01", CAME, beryl("H1"), pv1("V1", CAME, place="RXH^A&E SHORT^1")), expected="A&E SHORT"
            ),
        ),
        expected="Lives with son & daughter. Key safe 4411 & dog in yard.",
        profile="itk-2.4",
    ),
)

KINDS = (*TIMES, *PEOPLE, *TAKEN_BACK, *VALUES)
