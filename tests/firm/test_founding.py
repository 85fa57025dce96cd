"""The first owner comes from the settings, once."""

import asyncio
from pathlib import Path

from pydantic import SecretStr

from services.firm import app as firm
from services.firm.contract import FoundFirm, ListMembers, SignIn
from shared.context import SYSTEM, Context
from tests.running import OWNER_EMAIL, Answer, System, running
from tests.waiting import eventually

FOUNDER = {"owner_email": " zoe@cabinet.example", "owner_password": "short"}


async def sign_in(system: System) -> Answer:
    return await system.tell(SignIn, Context(), email="zoe@cabinet.example", password="short")


async def test_the_owner_whom_the_settings_name_can_sign_in(tmp_path: Path) -> None:
    async with running(tmp_path=tmp_path, found=False, **FOUNDER) as system:

        async def signed_in() -> bool:
            return (await sign_in(system)).status == 200

        await eventually(signed_in)
        member = (await sign_in(system)).json["member"]
        assert (member["role"], member["language"]) == ("owner", "fr")


async def test_a_restart_creates_no_second_owner(tmp_path: Path) -> None:
    async with running(tmp_path=tmp_path) as system:
        system.settings = system.settings.model_copy(update=FOUNDER | {"owner_password": SecretStr("short")})
        await system.stop("firm")
        await system.start(firm)
        again = await system.services["firm"].perform(FoundFirm(email="zoe@cabinet.example", password=None))
        assert again.version == 1
        members = await system.ask(ListMembers, system.owner)
        assert [member["email"] for member in members.json["items"]] == [OWNER_EMAIL]


async def test_of_two_who_found_the_firm_at_once_one_does(tmp_path: Path) -> None:
    async with running(tmp_path=tmp_path, found=False) as system:
        service = system.services["firm"]
        founding = [FoundFirm(email=f"{name}@cabinet.example", password="short") for name in ("ada", "zoe")]
        await asyncio.gather(*(service.perform(message) for message in founding))
        await system.settled()
        owners = await system.ask(ListMembers, SYSTEM)
        assert len(owners.json["items"]) == 1


async def test_nobody_founds_a_firm_from_outside(tmp_path: Path) -> None:
    async with running(tmp_path=tmp_path) as system:
        for caller in (Context(), system.owner):
            assert (await system.tell(FoundFirm, caller, email="eve@cabinet.example", password="x")).status == 404
