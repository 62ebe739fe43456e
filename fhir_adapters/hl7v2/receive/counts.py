"""What the listener counts for Prometheus. Labels are codes of feeds and answers, never a person's data."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from fhir_adapters.background import FAILURES

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SILENCE = "none"
"""The answer of a message that was not answered."""


class Counts:
    """The counts of one listener, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(FAILURES)
        count = self._counter
        self._answered: dict[tuple[str, str | None], Counter] = {}
        self.messages = count("messages", "Messages by feed and answer (MSA-1)", "feed", "answer")
        self.late = count("application_answers", "Application acknowledgements sent later", "outcome")
        self.turned_away = count("turned_away", "Messages from outside the networks of their feed", "feed")
        self.held_back = count("held_back_seconds", "How long messages waited for the pace of a feed", "feed")
        self.refused = count("connections_refused", "Connections that were not served", "reason")
        self.ended = count("connections_ended", "Connections ended by us, by the code of the reason", "code")
        self.received = count("received_bytes", "Bytes read")
        self.sent = count("sent_bytes", "Bytes written")
        self.stray = count("stray_bytes", "Bytes outside any frame, passed over")
        self.abandoned = count("frames_abandoned", "Frames that another one began inside of")
        self.open = Gauge("homeward_mllp_connections_open", "Connections open", registry=self.registry)
        self.commit = Histogram(
            "homeward_mllp_commit_seconds",
            "From having a message to having it committed",
            buckets=SECONDS,
            registry=self.registry,
        )

    def answered(self, feed: str, answer: str | None) -> None:
        """Count one message of a feed by its answer (None: it got none)."""
        shown = (feed, answer)
        counter = self._answered.get(shown)
        if counter is None:
            counter = self._answered[shown] = self.messages.labels(feed, answer or SILENCE)
        counter.inc()

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"homeward_mllp_{name}", text, labels, registry=self.registry)
