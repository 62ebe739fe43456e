from __future__ import annotations

from tests.fhir_adapters.hl7v2.conftest import intake  # noqa: F401 - a feed of the trust, for messages
