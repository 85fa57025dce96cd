"""What a member leaves behind by looking."""

from datetime import UTC, datetime
from uuid import UUID

from services.dossier.contract import OpenDossier
from services.dossier.domain import Recents
from services.firm.contract import Access
from shared.dispatch import handles
from shared.ids import derived_id
from shared.messages import Accepted
from shared.repository import Repository


@handles(OpenDossier)
async def open_dossier(command: OpenDossier, recents: Repository[Recents], access: Access) -> Accepted:
    member_id = UUID((await access.member()).id)
    id = derived_id("recents", member_id, f"{datetime.now(UTC):%Y-%m}")
    opened = await recents.find(id) or Recents(id=id, member_id=member_id)
    opened.open(command.account_id)
    return await recents.save(opened, answer=command.account_id)
