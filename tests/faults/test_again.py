"""M1: every event comes a second time, long after the broker would notice: nothing changes twice."""

import base64
from pathlib import Path

import orjson
from nats.aio.client import Client

from shared.broker import EVENTS, QuickClient, ask, options, send
from shared.permissions import ADMIN
from shared.settings import Settings
from tests.faults.load import Load
from tests.faults.proof import Proof


async def admin(data: Path) -> Client:
    """A connection that may do everything."""
    password = orjson.loads((data / "secrets.json").read_bytes())["nats"][ADMIN]
    port = orjson.loads((data / "run" / "ports.json").read_bytes())["nats"]
    settings = Settings(data=data, nats_url=f"nats://127.0.0.1:{port}", nats_user=ADMIN, nats_password=password)
    client = QuickClient()
    await client.connect(**options(settings, ADMIN))
    return client


async def publish_again(connection: Client) -> int:
    """A copy of each event behind the last one, past the relays' guard; how many there are."""
    last = (await ask(connection, f"$JS.API.STREAM.INFO.{EVENTS}"))["state"]["last_seq"]
    copies = 0
    for sequence in range(1, last + 1):
        message = (await ask(connection, f"$JS.API.STREAM.MSG.GET.{EVENTS}", {"seq": sequence}))["message"]
        if message["subject"].startswith("evt."):
            lines = base64.b64decode(message["hdrs"]).decode().split("\r\n")[1:]
            headers = dict(line.split(": ", 1) for line in lines if line and not line.startswith("Nats-"))
            await send(connection, message["subject"], base64.b64decode(message["data"]), headers)
            copies += 1
    return copies


async def test_events_that_are_published_again_change_nothing(load: Load, proof: Proof, tmp_path: Path) -> None:
    """No document, no e-mail, no count; while people go on working."""
    async with load.running(people=2):
        await load.more(10)
    await proof.emails_arrive()
    connection = await admin(proof.data)
    try:
        async with load.running(people=2):
            print(await publish_again(connection), "copies")
        async with load.running(people=2):
            await load.more(5)
    finally:
        await connection.close()
    await proof.holds(tmp_path)
    await proof.emails_arrive()
