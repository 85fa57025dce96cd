"""Connections to the broker and the declaration of its streams."""

import asyncio
import sys
from pathlib import Path

import pytest
from nats.aio.client import Client

from shared.broker import EVENTS, SCHEDULES, BrokerClient, BrokerRefused, ask, connect, declare_streams
from tests.broker import NatsServer
from tests.waiting import eventually


async def test_streams_can_be_declared_again_without_losing_anything(connection: Client) -> None:
    await ask(connection, "evt.firm.-.1", {})
    await declare_streams(connection)
    for name in (EVENTS, SCHEDULES):
        info = await ask(connection, f"$JS.API.STREAM.INFO.{name}")
        assert info["state"]["messages"] == (1 if name == EVENTS else 0)


async def test_what_jetstream_refuses_is_an_error_with_its_code(connection: Client) -> None:
    with pytest.raises(BrokerRefused, match="stream not found") as refused:
        await ask(connection, "$JS.API.STREAM.INFO.NONE")
    assert refused.value.code == 10059


async def test_a_connection_is_made_once_the_broker_is_there(tmp_path: Path) -> None:
    server = NatsServer(tmp_path)
    connecting = asyncio.create_task(connect(server.settings(), "firm"))
    await asyncio.sleep(0)
    assert not connecting.done()
    server.start()
    client = await connecting
    assert client.is_connected
    assert client.new_inbox().startswith("_INBOX.firm.")
    await client.close()
    server.kill()


async def test_a_request_fails_at_once_when_the_broker_is_killed(
    own_broker: NatsServer, own_connection: Client
) -> None:
    async def nobody(_: object) -> None:
        return None

    await own_connection.subscribe("slow", cb=nobody)
    asking = asyncio.create_task(ask(own_connection, "slow", seconds=3600))
    await eventually(lambda: own_connection.stats["out_msgs"])
    own_broker.kill()
    with pytest.raises(ConnectionError):
        await asking


async def test_headers_are_read_as_the_client_itself_reads_them() -> None:
    raw = "ce-type: contacts.contact.renamed\r\nDossier-Actor:member:é\r\nempty:\r\nspaced:   a b  \r\n\r\n".encode()
    assert BrokerClient._parse_header_lines(raw) == Client._parse_header_lines(raw)
    assert len(BrokerClient._parse_header_lines(raw)) == 4


PROGRAM = """
import asyncio, sys
from shared.broker import connect
from shared.settings import Settings

async def main():
    client = await connect(Settings(nats_url=sys.argv[1]), "firm")
    if sys.argv[2] == "told":
        await client.close()
    else:
        await client._process_err("'Authorization Violation'")
    await asyncio.sleep(60 if sys.argv[2] == "refused" else 0)

asyncio.run(main())
"""


@pytest.mark.parametrize(("way", "code"), [("told", 0), ("refused", 70)])
async def test_a_process_ends_when_its_connection_is_closed_for_good_but_not_when_it_closes_it_itself(
    nats_server: NatsServer, way: str, code: int
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, nats_server.url, way, cwd=Path(__file__).parents[2]
    )
    assert await asyncio.wait_for(process.wait(), 20) == code
