"""The other side of two anchors: a responder at the broker and a web server, each as bare as it can be."""

import asyncio
import sys

import nats
import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server
from litestar import Litestar, get
from nats.aio.msg import Msg

from tests.benchmarks.anchors import DOCUMENT


@get("/bare", media_type="application/json")
async def bare() -> bytes:
    return DOCUMENT


async def serve(broker: str, port: int) -> None:
    """Answer both until killed."""
    connection = await nats.connect(broker)

    async def echo(message: Msg) -> None:
        await message.respond(message.data)

    await connection.subscribe("bare", cb=echo)
    server = Server(
        Litestar([bare]), port=port, interface=Interfaces.ASGINL, http=HTTPModes.http1, websockets=False,
        log_enabled=False,
    )  # fmt: skip
    await server.serve()


if __name__ == "__main__":
    uvloop.install()
    asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
