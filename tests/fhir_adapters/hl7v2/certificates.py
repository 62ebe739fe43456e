"""Certificates for tests: an authority, and whom it vouches for."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(
    subject: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ends - 30 * DAY)
        .not_valid_after(ends)
    )


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Pair:
    """A certificate with its key, as PEM files."""

    certificate: Path
    key: Path

    @property
    def sha256(self) -> str:
        return (
            x509.load_pem_x509_certificate(self.certificate.read_bytes()).fingerprint(hashes.SHA256()).hex()
        )


@dataclass(frozen=True)
class Authority:
    """A CA that signs whatever a test needs."""

    folder: Path
    name: str = "Test CA"
    key: ec.EllipticCurvePrivateKey = field(default_factory=_new_key)

    @property
    def certificate(self) -> Path:
        path = self.folder / f"{self.name}.pem"
        if not path.exists():
            builder = _builder(self.name, _name(self.name), self.key, datetime.now(UTC) + 29 * DAY)
            constraints = x509.BasicConstraints(ca=True, path_length=None)
            path.write_bytes(
                _pem(builder.add_extension(constraints, critical=True).sign(self.key, hashes.SHA256()))
            )
        return path

    def signs(self, subject: str, *, ends: datetime | None = None, name: str = "") -> Pair:
        """A certificate for somebody at 127.0.0.1, or of that ``name`` alone, good until ``ends``."""
        key = _new_key()
        builder = _builder(subject, _name(self.name), key, ends or datetime.now(UTC) + 29 * DAY)
        where = x509.DNSName(name) if name else x509.IPAddress(ip_address("127.0.0.1"))
        here = x509.SubjectAlternativeName([where])
        signed = builder.add_extension(here, critical=False).sign(self.key, hashes.SHA256())
        pair = Pair(self.folder / f"{subject}.pem", self.folder / f"{subject}.key")
        pair.certificate.write_bytes(_pem(signed))
        pair.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return pair


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def client(authority: Authority, pair: Pair | None) -> ssl.SSLContext:
    """How a client that trusts the authority connects, showing a certificate or none."""
    context = ssl.create_default_context(cafile=authority.certificate)
    if pair:
        context.load_cert_chain(pair.certificate, pair.key)
    return context
