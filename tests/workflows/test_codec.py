"""Nothing readable in a history: payloads and failures are encrypted, under keys that can change."""

from __future__ import annotations

import base64
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
from pydantic import BaseModel, ValidationError
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure

from discharge.cases.commands import ANSWER, Answer
from discharge.errors import HomewardError, Unavailable
from workflows.codec import EncryptionCodec, PayloadKeys, UnknownPayloadKey, data_converter
from workflows.failures import coded
from workflows.ports import Applied

OLD, NEW = bytes(32), bytes(range(32))
SECRET = "Ashdown"
AN_ANSWER = Answer(command_id=UUID(int=1), case_id=UUID(int=2), outcome="accepted", version=3)


def keys(current: str, **given: bytes) -> PayloadKeys:
    return PayloadKeys(current=current, keys=given)


class Person(BaseModel):
    age: int


def validation_error() -> ValidationError:
    try:
        Person.model_validate({"age": SECRET})
    except ValidationError as error:
        return error
    raise AssertionError("it was valid")


async def test_given_a_value_when_encoded_then_nothing_of_it_can_be_read_and_it_comes_back() -> None:
    converter = data_converter(keys("new", new=NEW))
    (payload,) = await converter.encode([{"name": SECRET}])
    assert SECRET.encode() not in payload.SerializeToString()
    assert payload.metadata["key-id"] == b"new"
    assert await converter.decode([payload]) == [{"name": SECRET}]


async def test_given_the_same_value_twice_when_encoded_then_the_bytes_differ() -> None:
    converter = data_converter(keys("new", new=NEW))
    one, other = (await converter.encode([SECRET]))[0], (await converter.encode([SECRET]))[0]
    assert one.data != other.data


async def test_given_keys_that_changed_when_decoded_then_what_the_old_one_wrote_is_still_read() -> None:
    before = data_converter(keys("old", old=OLD))
    after = data_converter(keys("new", new=NEW, old=OLD))
    payloads = await before.encode([SECRET])
    assert await after.decode(payloads) == [SECRET]
    assert (await after.encode([SECRET]))[0].metadata["key-id"] == b"new"


async def test_given_a_key_that_is_not_held_when_decoded_then_its_id_is_said_and_no_more() -> None:
    payloads = await data_converter(keys("old", old=OLD)).encode([SECRET])
    with pytest.raises(UnknownPayloadKey, match=r"^old$"):
        await data_converter(keys("new", new=NEW)).decode(payloads)


@pytest.mark.parametrize("spoil", [b"key-id", b"data"])
async def test_given_bytes_that_were_changed_when_decoded_then_they_are_refused(spoil: bytes) -> None:
    codec = EncryptionCodec(keys("new", new=NEW, twin=NEW))
    (payload,) = await codec.encode([Payload(data=SECRET.encode())])
    if spoil == b"key-id":
        payload.metadata["key-id"] = b"twin"
    else:
        payload.data = payload.data[:-1] + bytes([payload.data[-1] ^ 1])
    with pytest.raises(InvalidTag):
        await codec.decode([payload])


def test_given_keys_as_text_when_parsed_then_the_first_encrypts() -> None:
    text = ", ".join(f"{name}:{base64.b64encode(key).decode()}" for name, key in (("b", NEW), ("a", OLD)))
    parsed = PayloadKeys.parse(text)
    assert (parsed.current, dict(parsed.keys)) == ("b", {"b": NEW, "a": OLD})
    assert base64.b64encode(NEW).decode() not in repr(parsed)


@pytest.mark.parametrize("text", ["", "a:xx", "a:" + base64.b64encode(b"short").decode()])
def test_given_keys_that_cannot_be_used_when_parsed_then_they_are_refused_without_being_shown(
    text: str,
) -> None:
    with pytest.raises(ValueError, match="payload key") as refusal:
        PayloadKeys.parse(text)
    assert not text or text.partition(":")[2] not in str(refusal.value)


async def failure_of(error: BaseException) -> tuple[Failure, BaseException]:
    """A failure as it is stored, and as it is read again."""
    converter = data_converter(keys("new", new=NEW))
    stored = Failure()
    await converter.encode_failure(error, stored)
    kept = Failure.FromString(stored.SerializeToString())
    return kept, await converter.decode_failure(stored)


async def test_given_an_error_that_repeats_its_input_when_it_fails_a_workflow_then_only_a_code_is_kept() -> (
    None
):
    stored, read = await failure_of(validation_error())
    assert stored.message == "Encoded failure"
    assert SECRET.encode() not in stored.SerializeToString()
    assert SECRET not in str(read)
    assert str(read).startswith("internal: internal (reference ")


async def test_given_a_cause_that_repeats_its_input_when_it_fails_then_the_cause_is_replaced_too() -> None:
    try:
        raise coded(HomewardError("internal")) from validation_error()
    except Exception as error:
        stored, read = await failure_of(error)
    assert SECRET.encode() not in stored.SerializeToString()
    assert SECRET not in str(read.__cause__)


@pytest.mark.parametrize(
    ("error", "final"),
    [(HomewardError("not-found", where="case"), True), (Unavailable("database-unavailable"), False)],
)
def test_given_an_error_of_the_table_when_it_leaves_then_it_keeps_its_code_and_whether_to_try_again(
    error: HomewardError, final: bool
) -> None:
    said = coded(error)
    assert (said.type, said.non_retryable) == (error.code, final)


async def test_given_what_a_later_build_says_when_read_then_what_we_do_not_know_is_left_out() -> None:
    said = {"outcome": "applied", "answer": ANSWER.write(AN_ANSWER), "standing": {"of": 1}, "later": [2]}
    converter = data_converter(keys("new", new=NEW))
    (applied,) = await converter.decode(await converter.encode([said]), [Applied])
    assert (applied.outcome, applied.answer) == ("applied", AN_ANSWER)
