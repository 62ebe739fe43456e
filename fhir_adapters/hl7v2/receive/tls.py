"""TLS with client certificates for MLLP: version 1.2 or later, and nobody without a certificate of our CA.

Certificates are replaced by replacing their files. The next connection is met with the new ones; should they
not fit together, with the old ones, and the log says so.
"""

from __future__ import annotations

import logging
import ssl
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger("homeward.mllp")


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Our certificate with its chain, its key, and the CAs whose clients we serve; all PEM."""

    certificate: Path
    key: Path
    client_ca: Path

    def context(self) -> ssl.SSLContext:
        """A context from what the files hold now. Raises OSError (of which SSLError is one)."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.certificate, self.key)
        context.load_verify_locations(self.client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
        return context

    def state(self) -> tuple[tuple[int, int, int], ...]:
        """Something else as soon as a file was replaced. Raises OSError."""
        stats = (path.stat() for path in (self.certificate, self.key, self.client_ca))
        return tuple((stat.st_mtime_ns, stat.st_size, stat.st_ino) for stat in stats)


class Tls:
    """The context for the next connection. Raises OSError at once when the files cannot be used."""

    def __init__(self, files: TlsFiles) -> None:
        self._files = files
        self._state = files.state()
        self._context = files.context()

    def context(self) -> ssl.SSLContext:
        """The context of the files as they are; the last one that could be used where they cannot."""
        try:
            state = self._files.state()
            if state != self._state:
                self._state, self._context = state, self._read_again()
        except OSError as error:
            log.error("the certificates cannot be looked at: %s", error.strerror)
        return self._context

    def _read_again(self) -> ssl.SSLContext:
        try:
            context = self._files.context()
        except OSError as error:
            log.error("the new certificates cannot be used, the old ones are: %s", error.strerror)
            return self._context
        log.info("the certificates were read again")
        return context
