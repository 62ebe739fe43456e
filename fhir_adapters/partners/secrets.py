"""The folder of partners' secrets: tokens, client secrets and certificates, each a file by its name.

A file that was replaced counts from the next connection or request on; nothing is started again for it.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fhir_adapters.partners.settings import PartnerTls

SECRET = re.compile(r"[\x21-\x7e]+")
"""What can stand in a header."""


class CannotReach(Exception):
    """Why nothing was sent, in words without a secret. ``lasting`` says that it concerns every item until a
    person puts it right; else it may pass.
    """

    def __init__(self, words: str, *, lasting: bool = True) -> None:
        super().__init__(words)
        self.words = words
        self.lasting = lasting


@dataclass(frozen=True)
class SecretFolder:
    """Where the files are; without one, whoever needs a file is told so."""

    path: Path | None = None

    def secret(self, name: str) -> str:
        """What a file holds, without the line's end. Raises CannotReach."""
        try:
            text = self._file(name).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            raise CannotReach(f"the file {name} of the partners' secrets cannot be read") from None
        if not SECRET.fullmatch(text):
            raise CannotReach(f"the file {name} of the partners' secrets holds no secret")
        return text

    def context(self, tls: PartnerTls) -> ssl.SSLContext:
        """TLS 1.2 or later, and never without a certificate that is believed. Raises CannotReach."""
        names = ", ".join(tls.files)
        try:
            context = ssl.create_default_context(cafile=self._file(tls.ca) if tls.ca else None)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            if tls.certificate and tls.key:
                ours = self._file(tls.certificate), self._file(tls.key)
                context.load_cert_chain(*ours, password=_no_password)
        except (OSError, ValueError):
            raise CannotReach(f"the certificates ({names}) in the partners' secrets cannot be used") from None
        return context

    def state(self, names: Iterable[str]) -> tuple[object, ...]:
        """Something else as soon as one of the files was replaced."""
        return tuple(self._states(names))

    def _states(self, names: Iterable[str]) -> Iterator[object]:
        for name in names:
            try:
                stat = self._file(name).stat()
                yield name, stat.st_mtime_ns, stat.st_size, stat.st_ino
            except (OSError, CannotReach):
                yield name

    def _file(self, name: str) -> Path:
        if self.path is None:
            raise CannotReach(f"no folder of partners' secrets is set, and {name} should be in it")
        return self.path / name


def _no_password() -> str:
    raise ValueError("a key with a password would ask for it on the terminal")


def tls_words(failure: BaseException | None) -> str | None:
    """Why no encrypted connection came about, where that was it: of an error or of what caused it."""
    while failure is not None:
        if isinstance(failure, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted: {failure.verify_message.rstrip('.')}"
        if isinstance(failure, ssl.SSLError):
            return f"TLS failed: {(failure.reason or 'it ended the handshake').lower()}"
        failure = failure.__cause__ or failure.__context__
    return None
