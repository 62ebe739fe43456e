"""How payloads are written into Temporal: JSON by pydantic, compressed, then encrypted with AES-256-GCM.

The id of the key stands beside the ciphertext, so that keys can change: the first key encrypts, every key
decrypts. Failures go the same way, message and stack included.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import os
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import TypeAdapter
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultPayloadConverter,
    JSONPlainPayloadConverter,
    PayloadCodec,
)

from workflows.failures import CodedFailureConverter

ENCODING = b"binary/encrypted"
_NONCE_BYTES = 12
_KEY_BYTES = 32


@dataclasses.dataclass(frozen=True, repr=False)
class PayloadKeys:
    """Keys by id; ``current`` names the one that encrypts. Never printed."""

    current: str
    keys: Mapping[str, bytes]

    @classmethod
    def parse(cls, text: str) -> PayloadKeys:
        """Read ``id:base64`` pairs, comma separated, the first of which encrypts; ValueError names no key."""
        keys: dict[str, bytes] = {}
        for pair in filter(None, (part.strip() for part in text.split(","))):
            name, _, value = pair.partition(":")
            keys[name] = _key(name, value)
        if not keys:
            raise ValueError("payload keys are empty")
        return cls(current=next(iter(keys)), keys=keys)


def _key(name: str, value: str) -> bytes:
    try:
        key = base64.b64decode(value, validate=True)
    except binascii.Error:
        raise ValueError(f"payload key {name} is not base64") from None
    if len(key) != _KEY_BYTES:
        raise ValueError(f"payload key {name} has {len(key)} bytes, not {_KEY_BYTES}")
    return key


class UnknownPayloadKey(Exception):
    """A payload names a key that we were not given."""


class EncryptionCodec(PayloadCodec):
    """Encrypts every payload; reads those written under any key it holds, and plain ones as they are."""

    def __init__(self, keys: PayloadKeys) -> None:
        self._current = keys.current
        self._ciphers = {name: AESGCM(key) for name, key in keys.keys.items()}

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Compress and encrypt, under the current key and a fresh nonce each."""
        return [self._encrypt(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypt; UnknownPayloadKey when the key is not held, InvalidTag when the bytes were changed."""
        return [self._decrypt(payload) for payload in payloads]

    def _encrypt(self, payload: Payload) -> Payload:
        nonce = os.urandom(_NONCE_BYTES)
        name = self._current.encode()
        plain = zlib.compress(payload.SerializeToString(), level=1)
        sealed = self._ciphers[self._current].encrypt(nonce, plain, name)
        return Payload(metadata={"encoding": ENCODING, "key-id": name}, data=nonce + sealed)

    def _decrypt(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            return payload
        name = payload.metadata["key-id"]
        cipher = self._ciphers.get(name.decode())
        if cipher is None:
            raise UnknownPayloadKey(name.decode())
        nonce, sealed = payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:]
        return Payload.FromString(zlib.decompress(cipher.decrypt(nonce, sealed, name)))


class _JsonOfAnyBuild(PydanticJSONPlainPayloadConverter):
    """Leaves out what another build beside this one says that it does not know."""

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        """Raises pydantic's ValidationError."""
        return _reader(type_hint).validate_json(payload.data, extra="ignore")


@cache
def _reader(type_hint: type | None) -> TypeAdapter[Any]:
    return TypeAdapter(Any if type_hint is None else type_hint)


class _Payloads(CompositePayloadConverter):
    def __init__(self) -> None:
        others = DefaultPayloadConverter.default_encoding_payload_converters
        json = JSONPlainPayloadConverter
        super().__init__(*(_JsonOfAnyBuild() if isinstance(each, json) else each for each in others))


def data_converter(keys: PayloadKeys) -> DataConverter:
    """Return the one converter that clients, workers and replays share."""
    return DataConverter(
        payload_converter_class=_Payloads,
        payload_codec=EncryptionCodec(keys),
        failure_converter_class=CodedFailureConverter,
    )
