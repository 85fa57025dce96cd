"""E-mails that a server has refused for good, found and sent again by an operator."""

from pathlib import Path

import pytest
from click import ClickException

from services.cli import mail
from services.cli.asking import asking
from tests.notifications.office import TOM, ZOE, office


async def test_what_was_refused_for_good_is_listed_and_sent_again(tmp_path: Path) -> None:
    async with office(tmp_path) as firm, asking(firm.system.settings) as line:
        firm.sink.plans.extend(["rcpt 550 no such user", "rcpt 550 no such user"])
        id = await firm.note(firm.clerk, firm.zoe, firm.tom)
        await firm.told(id, 2, failed=2)
        await firm.system.settled()
        assert await line.one("notifications", "any.mail-counts") == {"queued": 0, "failed": 2}
        failed = await mail.everything(line, "failed", "queued")
        assert {one["address"] for one in failed} == {ZOE, TOM}
        assert all("550" in one["error"] for one in failed)
        ids = [one["id"] for one in failed]
        assert await mail.retry(line, ids) == ids
        await firm.told(id, 2, sent=2)
        assert (len(firm.sink.to(ZOE)), len(firm.sink.to(TOM))) == (1, 1)
        with pytest.raises(ClickException, match="is sent: it is not sent again"):
            await mail.retry(line, ids[:1])
        assert await mail.everything(line, "failed") == []
