"""The MLLP servers of `hl7` and `hl7apy`, as their manuals show them: read, acknowledge, keep nothing.

Run as `python -m deploy.bench.peers hl7|hl7apy`; the port is HOMEWARD_MLLP_PORT.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

HL7, HL7APY = "hl7", "hl7apy"


async def serve_hl7(host: str, port: int) -> None:
    """`hl7.mllp` until cancelled: several messages a connection."""
    import hl7
    from hl7.mllp import start_hl7_server

    async def converse(reader: Any, writer: Any) -> None:
        try:
            while True:
                message = await reader.readmessage()
                writer.writemessage(message.create_ack("AA"))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, hl7.HL7Exception):
            writer.close()

    async with await start_hl7_server(converse, host=host, port=port, encoding="utf-8") as server:
        await server.serve_forever()


def serve_hl7apy(host: str, port: int) -> None:
    """`hl7apy`'s server for ever: one message a connection, a thread each."""
    from hl7apy.core import Message
    from hl7apy.mllp import AbstractHandler, MLLPServer
    from hl7apy.parser import parse_message

    class Acknowledge(AbstractHandler):  # type: ignore[misc]
        def reply(self) -> str:
            asked = parse_message(self.incoming_message)
            answer = Message("ACK", version=asked.msh.msh_12.to_er7())
            answer.msa.msa_1 = "AA"
            answer.msa.msa_2 = asked.msh.msh_10.to_er7()
            mllp: str = answer.to_mllp()
            return mllp

    MLLPServer(host, port, _Every((Acknowledge,))).serve_forever()


class _Every(dict[str, Any]):
    """The same handler for every type of message."""

    def __init__(self, handler: tuple[type, ...]) -> None:
        super().__init__()
        self._handler = handler

    def __missing__(self, _: str) -> tuple[type, ...]:
        return self._handler


def main(peer: str) -> None:
    """Serve until stopped."""
    from deploy.settings import Settings

    settings = Settings()
    if peer == HL7:
        asyncio.run(serve_hl7(settings.mllp_host, settings.mllp_port))
    else:
        serve_hl7apy(settings.mllp_host, settings.mllp_port)


if __name__ == "__main__":
    main(sys.argv[1])
