"""Messages that we send: golden samples, valid by hl7apy, read back by our own reader to the same facts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hl7apy.parser import parse_message
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from discharge.clocks import london_date
from fhir_adapters.feeds.profile_loader import profile_named
from fhir_adapters.hl7v2.facts import Interpreted, PersonReported, StayReported
from fhir_adapters.hl7v2.interpret import interpret
from fhir_adapters.hl7v2.parse.envelope import MessageHeader, read_envelope
from fhir_adapters.hl7v2.parse.segments import Message, read_message
from fhir_adapters.hl7v2.send.message_builder import Built, CannotBuild, build
from fhir_adapters.hl7v2.send.news import Named, News, Stay, control_id
from fhir_adapters.hl7v2.send.sends import Observation, Parties, Sends

AT = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
NOW = "20260701103000+0100"
KEY = UUID("00000000-0000-4000-8000-000000000001")
PARTIES = Parties(sending_facility="HHP", receiving_application="HVPAS", receiving_facility="RXH")
PERSON = Named(
    nhs_number="9990000018",
    local_number="H100",
    local_authority="RXH",
    family_name="ASHDOWN",
    given_name="JOAN",
    birth_date=date(1941, 5, 2),
    sex="female",
)
STAY = Stay(visit_number="V1", admitted_at=datetime(2026, 6, 20, 10, tzinfo=UTC))
EDD = Observation(code="EDD", words="Expected date of discharge")
ALL_KNOWN = News(
    expected_discharge_on=date(2026, 7, 9), fit="yes", fit_on=date(2026, 6, 30), home_ready="yes"
)
A16 = Sends(message="A16", fit="ZU1-22", fit_on="ZU1-24")
A08_23 = Sends(message="A08", version="2.3")
DOCUMENT = Sends(message="T02", expected_discharge=EDD)


def made(news: News, sends: Sends = A16, person: Named = PERSON, stay: Stay = STAY) -> Built:
    return build(news, person, stay, sends=sends, parties=PARTIES, control_id=control_id(KEY), at=AT)


def lines(built: Built) -> list[str]:
    return built.raw.decode().strip("\r").split("\r")


def test_given_all_that_is_known_when_told_as_a16_then_every_segment_is_as_agreed() -> None:
    assert lines(made(ALL_KNOWN)) == [
        "MSH|^~\\&|HOMEWARD|HHP|HVPAS|RXH|20260701103000+0100||ADT^A16^ADT_A16|"
        + control_id(KEY)
        + "|P|2.4|||||GBR",
        "EVN|A16|20260701103000+0100||||20260701103000+0100",
        "PID|||9990000018^^^NHS^NH~H100^^^RXH^MR||ASHDOWN^JOAN||19410502|2",
        "PV1||I|||||||||||||||||V1|||||||||||||||||||||||||20260620110000+0100",
        "PV2|||||||||20260709",
        "OBX|1|CE|HOME-READY^Home ready for discharge^99HOMEWARD||Y^Yes^99HOMEWARD||||||F|||" + NOW,
        "ZU1||||||||||||||||||||||Y||20260630",
    ]


@pytest.mark.parametrize("sends", [A16, Sends(), DOCUMENT])
@pytest.mark.parametrize("news", [ALL_KNOWN, News(withdrawn="yes"), News()])
def test_given_any_kind_when_built_then_hl7apy_reads_it_and_finds_nothing_wrong(
    sends: Sends, news: News
) -> None:
    text = "\r".join(line for line in lines(made(news, sends)) if not line.startswith("Z"))
    assert parse_message(text, find_groups=False).validate()


def test_given_a_withdrawn_date_when_told_as_a16_then_it_is_an_a25_that_deletes_the_date() -> None:
    built = made(News(withdrawn="yes"))
    assert built.event == "A25"
    assert "ADT^A25^ADT_A21" in lines(built)[0]
    assert 'PV2|||||||||""' in lines(built)


def test_given_no_date_at_all_when_told_as_a16_then_it_is_an_a08_because_a_plan_needs_a_date() -> None:
    built = made(News(home_ready="yes"))
    assert (built.event, "ADT^A08^ADT_A01" in lines(built)[0]) == ("A08", True)
    assert not any(line.startswith("PV2") for line in lines(built))


def test_given_version_2_3_when_told_then_the_message_type_has_two_components() -> None:
    header = lines(made(ALL_KNOWN, A08_23))[0].split("|")
    assert (header[8], header[11]) == ("ADT^A08", "2.3")


def test_given_a_document_when_told_then_each_fact_is_an_observation() -> None:
    text = lines(made(ALL_KNOWN, DOCUMENT))
    assert [line[:4] for line in text] == ["MSH|", "EVN|", "PID|", "PV1|", "TXA|", "OBX|", "OBX|"]
    assert text[5] == "OBX|1|DT|EDD^Expected date of discharge^99HOMEWARD||20260709||||||F|||" + NOW


def test_given_letters_beyond_ascii_when_told_then_they_are_declared_or_plain() -> None:
    person = PERSON.model_copy(update={"family_name": "Åse"})
    declared = made(ALL_KNOWN, A16, person)
    assert "UNICODE UTF-8" in lines(declared)[0]
    assert "Åse" in declared.raw.decode()
    plain = made(ALL_KNOWN, Sends(message="A16", ascii=True), person)
    assert plain.raw.isascii()
    assert "UNICODE" not in lines(plain)[0]


def test_given_a_person_without_a_number_when_built_then_it_is_refused_without_their_name() -> None:
    nobody = PERSON.model_copy(update={"nhs_number": None, "local_number": None})
    with pytest.raises(CannotBuild, match="PID-3") as refused:
        made(ALL_KNOWN, A16, nobody)
    assert "ASHDOWN" not in str(refused.value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"message": "A16", "expected_discharge": EDD},
        {"message": "T02"},
        {"expected_discharge": "PID-5"},
        {"expected_discharge": "PV2-9", "fit": "PV2-9"},
        {"fit": "ZU1-0"},
        {"fit": "ZU9-1"},
        {"message": "A01"},
        {"version": "2.9"},
        {"home_ready": {"code": "a|b", "words": "x"}},
    ],
)
def test_given_sends_that_cannot_be_when_read_then_they_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Sends.model_validate(wrong)


def test_given_many_keys_when_named_then_control_ids_are_twenty_characters_and_all_different() -> None:
    ids = {control_id(uuid4()) for _ in range(2000)}
    assert len(ids) == 2000
    assert {len(one) for one in ids} == {20}
    assert control_id(KEY) == control_id(KEY)


texts = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Co", "Cn")), min_size=1, max_size=30
)
names = texts.filter(str.isprintable).map(str.strip).filter(lambda text: text and text != '""')
days = st.dates(date(2020, 1, 1), date(2040, 12, 31))
fitness = st.sampled_from([{"fit": None}, {"fit": "no"}]) | st.builds(dict, fit=st.just("yes"), fit_on=days)
news = st.builds(
    lambda fit, **more: News(**fit, **more),
    fit=fitness,
    expected_discharge_on=st.none() | days,
    home_ready=st.sampled_from(["yes", "no", "unknown"]),
    home_ready_on=st.none() | days,
)
people = st.builds(
    Named,
    nhs_number=st.just("9990000018"),
    local_number=st.none() | st.from_regex(r"[A-Z0-9]{1,12}", fullmatch=True),
    local_authority=st.just("RXH"),
    family_name=names,
    given_name=st.just("") | names,
    birth_date=st.none() | st.dates(date(1900, 1, 1), date(2026, 1, 1)),
    sex=st.sampled_from([None, "male", "female", "indeterminate", "unknown"]),
)
sendings = st.sampled_from([A16, A08_23, Sends(message="A08", fit="ZU1-22", fit_on="ZU1-24"), DOCUMENT])
seconds = st.integers(0, 600_000_000)
instants = seconds.map(lambda past: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=past))


@settings(max_examples=40)
@given(
    news=news,
    person=people,
    sends=sendings,
    at=instants,
    visit=st.from_regex(r"[A-Z0-9\-]{1,15}", fullmatch=True),
)
def test_given_anything_that_can_be_told_when_built_then_our_own_reader_reads_the_same_facts(
    news: News, person: Named, sends: Sends, at: datetime, visit: str
) -> None:
    stay = Stay(visit_number=visit, admitted_at=at - timedelta(days=3))
    if news.fit_on is not None:  # a day outside of the stay so far is read as none
        news = news.model_copy(update={"fit_on": london_date(at)})
    built = build(news, person, stay, sends=sends, parties=PARTIES, control_id=control_id(KEY), at=at)
    header, message = read_envelope(built.raw), read_message(built.raw)
    assert isinstance(header, MessageHeader)
    assert isinstance(message, Message)
    assert (header.message_id, header.version, header.event_time) == (control_id(KEY), sends.version, at)
    assert _observed(message, sends.home_ready) == {"yes": "Y", "no": "N", "unknown": "U"}[news.home_ready]
    if sends.message == "T02":
        expected = news.expected_discharge_on
        assert _observed(message, sends.expected_discharge) == (f"{expected:%Y%m%d}" if expected else "")
        return
    _agrees(message, news, person, sends, visit)


def _agrees(message: Message, news: News, person: Named, sends: Sends, visit: str) -> None:
    read = interpret(message, profile_named("itk-2.4"))
    assert isinstance(read, Interpreted), read
    told, stay = read.facts
    assert isinstance(told, PersonReported)
    assert isinstance(stay, StayReported)
    assert stay.key.visit_number == visit
    assert stay.expected_discharge_on == news.expected_discharge_on
    if sends.fit:
        assert stay.medically_fit is {"yes": True, "no": False, None: None}[news.fit]
        assert stay.medically_fit_on == news.fit_on
    assert told.names
    assert (told.names[0].family, told.names[0].given) == (person.family_name, person.given_name)
    assert (told.birth_date, told.sex or None) == (person.birth_date, person.sex)
    assert {each.value for each in told.identifiers} == {"9990000018", person.local_number} - {None}
    assert not told.addresses


def _observed(message: Message, target: object) -> str:
    assert isinstance(target, Observation)
    found = [
        segment.repetitions(5)[0](1)
        for segment in message.segments
        if segment.name == "OBX" and segment.repetitions(3)[0](1) == target.code
    ]
    return found[0] if found else ""
