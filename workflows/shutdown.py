"""Stopping a process in order: SIGTERM asks for it, and a watchdog sees to it when asking is not enough."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from datetime import timedelta

_log = logging.getLogger("homeward.stopping")


def stop_on_signals(stop: asyncio.Event, grace: timedelta) -> None:
    """Set ``stop`` at SIGTERM or SIGINT; end the process ``grace`` later if it is still there.

    An activity that ignores its cancellation would keep a worker alive for ever otherwise.
    """

    def asked(number: int) -> None:
        _log.info("%s: stopping", signal.Signals(number).name)
        stop.set()
        watchdog = threading.Timer(grace.total_seconds(), _end)
        watchdog.daemon = True
        watchdog.start()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked, number)


def _end() -> None:
    _log.error("still here after the time to stop; ending")
    os._exit(1)
