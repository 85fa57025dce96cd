"""Connections to the broker and the declaration of its streams."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import nats
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from shared.broker import (
    EVENTS,
    SCHEDULES,
    BrokerClient,
    BrokerRefused,
    ask,
    connect,
    declare_streams,
    options,
)
from shared.settings import Settings
from tests.broker import NatsServer
from tests.certificates import certificate
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


async def test_a_password_is_not_told_to_a_server_without_tls_where_tls_is_wanted(tmp_path: Path) -> None:
    told: list[bytes] = []

    async def impostor(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'INFO {"auth_required":true,"max_payload":1000000}\r\n')
        told.append(await reader.read())
        writer.close()

    server = await asyncio.start_server(impostor, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    wanted: dict[str, Any] = {"nats_ca": certificate(tmp_path)[0], "nats_user": "firm", "nats_password": "secret"}
    client = BrokerClient()
    connecting = asyncio.create_task(
        client.connect(**options(Settings(nats_url=f"nats://127.0.0.1:{port}", **wanted), "firm"))
    )
    await eventually(lambda: len(told) >= 2)
    connecting.cancel()
    await asyncio.gather(connecting, return_exceptions=True)
    await client.close()
    server.close()

    assert set(told) == {b""}


async def test_what_a_consumer_delivers_does_not_pass_for_a_request(
    nats_server: NatsServer, connection: Client
) -> None:
    """Who may read a stream can name any subject for the answer, also one that it may not publish to."""
    ours: list[str] = []
    anybodys: list[str] = []

    async def hear(message: Msg) -> None:
        ours.append(message.subject)

    async def overhear(message: Msg) -> None:
        anybodys.append(message.subject)

    plain = await nats.connect(nats_server.url)
    await plain.subscribe("cmd.firm.*", cb=overhear)
    await plain.flush()
    await connection.subscribe("cmd.firm.*", cb=hear)
    await connection.flush()
    await ask(connection, "evt.files.-.AddMember", {"forged": True})
    consumer = {"stream_name": EVENTS, "config": {"name": "forger", "ack_policy": "none", "deliver_policy": "all"}}
    await ask(connection, f"$JS.API.CONSUMER.CREATE.{EVENTS}.forger", consumer)

    await connection.publish(f"$JS.API.CONSUMER.MSG.NEXT.{EVENTS}.forger", b"", reply="cmd.firm.AddMember")
    await eventually(lambda: anybodys)
    await plain.publish("cmd.firm.Asked", b"")
    await eventually(lambda: ours)
    await plain.close()

    assert ours == ["cmd.firm.Asked"]


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
