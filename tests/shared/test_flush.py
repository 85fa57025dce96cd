"""What `flush` promises: that the broker has heard everything said before it."""

from nats.aio.client import Client
from nats.aio.msg import Msg

from shared.broker import connect
from tests.broker import NatsServer


async def test_a_subscription_that_was_flushed_is_known_to_the_broker_however_much_stood_before_it(
    nats_server: NatsServer, connection: Client
) -> None:
    async def answer(message: Msg) -> None:
        await message.respond(b"here")

    listener = await connect(nats_server.settings(), "listener")
    for number in range(5):
        for _ in range(60):
            await listener.publish("noise", bytes(64_000))
        await listener.subscribe(f"heard.{number}", cb=answer)
        await listener.flush()
        assert (await connection.request(f"heard.{number}", timeout=5)).data == b"here"
    await listener.close()
