"""Random but possible histories of a firm, for properties that must hold whatever happened."""

from collections.abc import Callable

from tests.dossier.events import History
from tests.dossier.lives.clients import Clients
from tests.dossier.lives.files import Files
from tests.dossier.lives.work import Work


class Life(Clients, Work, Files):
    """Makes one thing after another happen; only what the services would allow."""

    def go_on(self, steps: int) -> History:
        """So many more things happen."""
        for _ in range(steps):
            self.random.choice(_THINGS)(self)
        return self.history


_THINGS: tuple[Callable[[Life], None], ...] = (
    Life.hire, Life.change_member, Life.meet, Life.change_contact, Life.open_account, Life.change_account, Life.note,
    Life.note, Life.note, Life.change_interaction, Life.change_interaction, Life.add_folder, Life.change_folder,
    Life.publish, Life.publish, Life.change_document, Life.change_document, Life.notify,
    Life.look, Life.restore_folder,
)  # fmt: skip
