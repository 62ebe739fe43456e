"""Lanes to a trust that takes HL7 v2: each item once and in order, with the same bytes at every try."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from discharge.cases import commands as cmd
from discharge.cases.model import CaseSpell
from discharge.store import outbox
from discharge.store.engine import transaction
from discharge.store.tables import OutboxRow, PartnerRow, PersonAddress, PersonIdentifier, Spell
from fhir_adapters.hl7v2.facts import Identifier, Name, PersonReported, content_hash
from fhir_adapters.hl7v2.send import links
from fhir_adapters.hl7v2.send.answers import PartnerAnswer
from fhir_adapters.hl7v2.send.news import control_id
from fhir_adapters.hl7v2.store.sent import late_answer
from fhir_adapters.partners.secrets import SecretFolder
from fhir_adapters.store.inbox import Arrived, receive
from fhir_adapters.store.tables import FactRow, Feed, SentMessage
from tests.fhir_adapters.hl7v2.certificates import Authority
from tests.fixtures.mllp_partner import MllpPartner, acknowledgement, mllp_partner
from tests.fixtures.tls_proxy import tls_door
from tests.workflows import outgoing
from tests.workflows.outgoing import carried_on, relay
from tests.workflows.story import CLOCK, Story
from tests.workflows.waiting import until
from workflows import delivery
from workflows.mllp_delivery import noting
from workflows.store import lanes, partners
from workflows.worker_pool import Needs

TOLD = OutboxRow.kind == "readiness"
rows, until_states = partial(outgoing.rows, TOLD), partial(outgoing.until_states, TOLD)

PERSON = PersonReported(
    identifiers=(
        Identifier(kind="nhs", value="9990000018", authority="NHS"),
        Identifier(kind="local", value="H100", authority="RXH"),
    ),
    names=(Name(family="ASHDOWN", given="JOAN"),),
    birth_date=date(1941, 5, 2),
)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Machine time is real, so the waits between attempts are made short."""
    monkeypatch.setattr(lanes, "FIRST_WAIT", timedelta(milliseconds=20))
    monkeypatch.setattr(lanes, "LAST_WAIT", timedelta(milliseconds=100))
    monkeypatch.setattr(partners, "FIRST_PROBE", timedelta(milliseconds=200))


@pytest.fixture
async def trust(story: Story) -> AsyncIterator[MllpPartner]:
    """The trust's receiver, a stay of the person there, and a case that knows it."""
    async with mllp_partner() as partner:
        await in_a_bed(story, story.places.trust, partner.endpoint)
        yield partner


async def in_a_bed(story: Story, trust: UUID, endpoint: str) -> None:
    spell = Spell(
        id=uuid4(), person_id=story.person_id, organisation_id=trust, visit_number="V1", status="admitted",
        folded={},
    )  # fmt: skip
    async with transaction(story.sessions) as session:
        feed = Feed(id=uuid4(), code="pas", organisation_id=trust, protocol="hl7v2")
        session.add_all((feed, spell))
        session.add(
            PartnerRow(
                id=uuid4(), organisation_id=trust, endpoint=endpoint, kind="trust", transport="hl7v2",
                profile="itk-2.4", header={"receiving_facility": "RXH"},
            )
        )  # fmt: skip
        session.add(
            PersonIdentifier(person_id=story.person_id, organisation_id=trust, authority="RXH", value="H100")
        )
        session.add(PersonAddress(person_id=story.person_id, lines="7 Secret Close", postcode="ZZ99 3WZ"))
        await session.flush()
        arrived = await receive(session, feed, Arrived(raw=b"MSH|", content_type="x-application/hl7-v2+er7"))
        session.add(
            FactRow(
                id=uuid4(), inbox_id=arrived.id, ordinal=0, person_id=story.person_id, kind=PERSON.kind,
                content_hash=content_hash(PERSON), payload=PERSON.model_dump(mode="json"),
            )
        )  # fmt: skip
    stay = CaseSpell(spell_id=spell.id, organisation_id=trust, admitted_on=date(2020, 1, 1))
    await story.refer(spell=stay)


async def expects(story: Story, *days: int | None) -> None:
    """The ward sets the expected date here, by hand, again and again."""
    today = CLOCK.today(await story.env.get_current_time())
    for number in days:
        wished = today + timedelta(days=number) if number is not None else None
        await story.do(cmd.SetExpectedDischargeDate(expected_discharge_on=wished))


async def late(story: Story, code: str, item: OutboxRow, condition: str = "") -> bool:
    answer = PartnerAnswer(code, condition, control_id(item.key))
    async with transaction(story.sessions) as session:
        return await late_answer(session, answer, story.places.trust)


async def test_given_dates_set_by_hand_when_relayed_then_the_trust_has_each_once_and_in_order(
    story: Story, trust: MllpPartner
) -> None:
    await expects(story, 5, 7, None)
    await relay(story)
    sent = await until_states(story, "delivered", "delivered", "delivered")
    assert trust.control_ids == [control_id(row.key) for row in sent]
    assert [raw.split(b"ADT^")[1][:3] for raw in trust.received] == [b"A16", b"A16", b"A25"]
    assert all(row.sent_at and row.received_at and row.accepted_at for row in sent)
    assert not any(row.acted_at for row in sent)
    text = b"".join(trust.received).decode()
    assert "|ASHDOWN^JOAN|" in text
    assert "H100^^^RXH^MR" in text
    assert "Secret" not in text
    assert "ZZ99" not in text


async def test_given_a_link_that_is_down_when_it_is_back_then_order_is_kept_and_each_has_one_effect(
    story: Story, trust: MllpPartner
) -> None:
    await trust.stop()
    await expects(story, 5, 7, 9)
    await relay(story)

    async def resting() -> PartnerRow | None:
        async with transaction(story.sessions) as session:
            partner = (await session.scalars(select(PartnerRow))).one()
            return partner if partner.paused_at else None

    partner = await until(resting, "the link rests after attempts in vain")
    assert "no connection" in (partner.pause_reason or "")
    first = (await rows(story))[0]
    assert partner.consecutive_failures >= partners.PAUSE_AFTER
    assert (first.attempts, first.leaving_at, first.sent_at) == (0, None, None), "nothing left"
    await trust.start()
    async with carried_on(story):
        sent = await until_states(story, "delivered", "delivered", "delivered")
    assert trust.control_ids == [control_id(row.key) for row in sent]
    assert len(trust.effects) == 3
    async with transaction(story.sessions) as session:
        assert (await session.scalars(select(PartnerRow))).one().paused_at is None


async def test_given_a_ca_that_did_not_sign_the_trusts_certificate_when_it_is_replaced_then_what_waits_goes(
    story: Story, needs: Needs, trust: MllpPartner, tmp_path: Path
) -> None:
    needs.links.secrets = SecretFolder(tmp_path)
    other, authority = Authority(tmp_path, "Other CA"), Authority(tmp_path)
    believed = tmp_path / "ca.pem"
    believed.write_bytes(other.certificate.read_bytes())
    async with tls_door(f"127.0.0.1:{trust.port}", authority.signs("pas")) as door:
        async with transaction(story.sessions) as session:
            encrypted = {"endpoint": f"mllps://127.0.0.1:{door.port}", "tls": {"ca": "ca.pem"}}
            await session.execute(update(PartnerRow).values(**encrypted))
        await expects(story, 5, 7)
        await relay(story)

        async def resting() -> PartnerRow | None:
            async with transaction(story.sessions) as session:
                partner = (await session.scalars(select(PartnerRow))).one()
                return partner if partner.paused_at else None

        partner = await until(resting, "the partner rests")
        assert (partner.pause_code, partner.consecutive_failures) == ("partner-setup-wrong", 1)
        assert "its certificate is not trusted" in (partner.pause_reason or "")
        assert trust.received == []
        believed.write_bytes(authority.certificate.read_bytes())
        async with carried_on(story):
            sent = await until_states(story, "delivered", "delivered")
    assert trust.control_ids == [control_id(row.key) for row in sent]


async def test_given_a_connection_that_others_use_when_its_turn_comes_then_the_wait_was_no_attempt(
    story: Story, trust: MllpPartner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "NEXT_TURN", timedelta(milliseconds=50))
    monkeypatch.setattr(links, "MOST_USERS", 0)
    await expects(story, 5)
    await relay(story)

    async def looked() -> bool:
        return (await rows(story))[0].last_attempt_at is not None

    await until(looked, "a look in vain")
    monkeypatch.setattr(links, "MOST_USERS", 2)
    [item] = await until_states(story, "delivered")
    assert (item.attempts, item.error_code, len(trust.received)) == (1, None, 1)


@pytest.mark.parametrize("turns", [("lose",), ("garbage", "unframed"), ("AE 207", "AE 206"), ("drop",)])
async def test_given_failures_that_pass_when_tried_again_then_every_try_has_the_same_id_and_bytes(
    story: Story, trust: MllpPartner, turns: tuple[str, ...]
) -> None:
    trust.tell(*turns)
    await expects(story, 5)
    await relay(story)
    (row,) = await until_states(story, "delivered")
    assert len(trust.received) == len(turns) + 1 == row.attempts
    assert set(trust.control_ids) == {control_id(row.key)}
    assert len(set(trust.received)) == 1
    assert len(trust.effects) == 1


async def test_given_a_person_renamed_between_two_tries_when_sent_again_then_the_bytes_are_the_first_ones(
    story: Story, trust: MllpPartner
) -> None:
    trust.tell("AE 207")
    await trust.stop()
    await expects(story, 5)
    await relay(story)

    async def built() -> SentMessage | None:
        async with transaction(story.sessions) as session:
            return await session.scalar(select(SentMessage))

    before = await until(built, "the message")
    async with transaction(story.sessions) as session:
        renamed = PERSON.model_copy(update={"names": (Name(family="OTHER"),)})
        await session.execute(update(FactRow).values(payload=renamed.model_dump(mode="json")))
    await trust.start()
    await until_states(story, "delivered")
    assert set(trust.received) == {before.raw}


@pytest.mark.parametrize(
    ("turn", "detail"),
    [
        ("AR", "AR"),
        ("AR 207", "AR 207 (an internal error at the partner)"),
        ("CR", "CR"),
        ("AE 204", "AE 204 (the patient or visit is not known)"),
    ],
)
async def test_given_a_refusal_when_others_follow_then_they_wait_until_a_person_releases_it(
    story: Story, trust: MllpPartner, turn: str, detail: str
) -> None:
    trust.tell(turn)
    await expects(story, 5, 7)
    await relay(story)
    refused, waiting = await until_states(story, "dead", "pending")
    assert (refused.error_code, refused.error_detail) == ("partner-refused", detail)
    assert waiting.attempts == 0
    async with transaction(story.sessions) as session:
        await outbox.release(session, refused.sequence, by=uuid4(), reason="they corrected it")
    await relay(story)
    await until_states(story, "delivered", "delivered")
    assert trust.control_ids[0] == trust.control_ids[1] != trust.control_ids[2]
    assert trust.received[0] == trust.received[1]


async def test_given_a_commit_answer_when_the_application_answer_follows_then_those_are_two_facts(
    story: Story, trust: MllpPartner
) -> None:
    trust.tell("CA")
    await expects(story, 5)
    await relay(story)
    (row,) = await until_states(story, "delivered")
    assert row.received_at
    assert row.accepted_at is None
    await trust.say(acknowledgement("AA", control_id(row.key)))

    async def accepted() -> bool:
        return (await rows(story))[0].accepted_at is not None

    await until(accepted, "the application answer")


async def test_given_a_late_refusal_on_another_connection_when_it_comes_then_it_is_a_dead_letter(
    story: Story, trust: MllpPartner
) -> None:
    trust.tell("CA")
    await expects(story, 5)
    await relay(story)
    (row,) = await until_states(story, "delivered")
    assert await late(story, "AE", row, "101")
    (row,) = await until_states(story, "dead")
    assert row.error_detail == "AE 101 (a required field is missing)"
    assert not await late(story, "AA", OutboxRow(key=uuid4()))


async def test_given_an_engine_of_two_trusts_when_it_answers_late_then_the_item_of_either_is_found(
    story: Story, trust: MllpPartner
) -> None:
    trust.tell("CA")
    await expects(story, 5)
    await relay(story)
    [item] = await until_states(story, "delivered")
    async with transaction(story.sessions) as session:
        other = PartnerRow(id=uuid4(), organisation_id=story.places.landlord, endpoint=trust.endpoint,
                           kind="trust", transport="hl7v2")  # fmt: skip
        session.add(other)
        await session.flush()
        await session.execute(update(PartnerRow).where(PartnerRow.id != other.id).values(kind="trust"))
    await noting(story.sessions)(trust.endpoint, PartnerAnswer("AA", "", control_id(item.key)))
    assert (await rows(story))[0].accepted_at is not None


async def test_given_a_late_passing_fault_when_nothing_later_left_then_it_is_sent_again_else_a_person_decides(
    story: Story, trust: MllpPartner
) -> None:
    trust.tell("CA", "AA", "CA", "CA")
    await expects(story, 5)
    await relay(story)
    (row,) = await until_states(story, "delivered")
    await late(story, "AE", row, "207")
    await relay(story)
    (row,) = await until_states(story, "delivered")
    assert trust.control_ids == [control_id(row.key)] * 2
    assert row.accepted_at
    await late(story, "AE", row, "207")
    assert (await rows(story))[0].state == "delivered", "it was accepted: what comes after that is noise"
    await expects(story, 7, 9)
    await relay(story)
    await until_states(story, "delivered", "delivered", "delivered")
    await late(story, "AE", (await rows(story))[1], "207")
    await until_states(story, "delivered", "dead", "delivered")


async def test_given_the_trusts_feed_that_says_the_date_when_it_was_told_then_it_was_acted_on(
    story: Story, trust: MllpPartner
) -> None:
    await expects(story, 5)
    await relay(story)
    await until_states(story, "delivered")
    case = await story.case()
    spell = case.spells[-1].model_copy(update={"expected_discharge_on": case.expected_discharge_on})
    await story.do(cmd.NoteHospitalFacts(spell=spell))
    (row,) = await rows(story)
    assert row.acted_at


async def test_given_a_stay_that_the_trust_never_named_when_told_then_nothing_leaves_and_a_person_sees_why(
    story: Story, trust: MllpPartner
) -> None:
    async with transaction(story.sessions) as session:
        nameless = PERSON.model_copy(update={"names": None})
        await session.execute(update(FactRow).values(payload=nameless.model_dump(mode="json")))
    await expects(story, 5)
    await relay(story)
    (row,) = await until_states(story, "dead")
    assert row.error_detail == "not understood by us: PID-5: the trust's own messages do not name the person"
    assert row.sent_at is None
    assert trust.received == []
