"""Members, contacts and accounts come, change and go."""

from tests.dossier.events import addresses, numbers
from tests.dossier.lives.scene import LEVELS, NAMES, Scene


class Clients(Scene):
    def hire(self) -> None:
        given, _, family = self.random.choice(NAMES).partition(" ")
        role = self.random.choice(("owner", "admin", "employee", "employee"))
        self.members.append(self.history.member(given, family, role, "view-all-accounts"))

    def change_member(self) -> None:
        if self.members:
            id, random = self.random.choice(self.members), self.random
            given, _, family = random.choice(NAMES).partition(" ")
            was = {"given_name": "Avant", "family_name": "Avant"}
            if random.random() < 0.5:
                self.history.record("firm.member.renamed", id, given_name=given, family_name=family, was=was)
            else:
                self.history.record(f"firm.member.{random.choice(('activated', 'deactivated'))}", id)

    def meet(self) -> None:
        random = self.random
        emails = [f"p{random.randrange(99)}@exemple.example" for _ in range(random.randrange(3))]
        phones = ["01 42 68 53 00"] * random.randrange(2)
        self.contacts.append(self.history.contact(random.choice(NAMES), emails=emails, phones=phones))

    def change_contact(self) -> None:
        if not self.contacts:
            return
        id, random, record = self.random.choice(self.contacts), self.random, self.history.record
        by = self.somebody
        name = random.choice(NAMES)
        match random.randrange(5):
            case 0:
                was = {"name": "Avant", "given_name": "", "family_name": "Avant"}
                record("contacts.contact.renamed", id, by=by, name=name, given_name="", family_name=name, was=was)
            case 1:
                record("contacts.contact.emails-changed", id, by=by, emails=addresses("neuf@exemple.example"), was=[])
            case 2:
                record("contacts.contact.phones-changed", id, by=by, phones=numbers("02 31 00 00 00"), was=[])
            case 3:
                record(f"contacts.contact.{random.choice(('activated', 'deactivated'))}", id, by=by)
            case 4:
                self.toggle("contacts.contact", id, None)

    def open_account(self) -> None:
        if self.contacts:
            linked = self.random.sample(self.contacts, min(len(self.contacts), self.random.randint(1, 3)))
            team = {member: self.random.choice(LEVELS) for member in self.members if self.random.random() < 0.3}
            id = self.history.account(self.random.choice(NAMES), *linked, by=self.somebody, team=team, tags=["TVA"])
            self.accounts[id] = linked

    def change_account(self) -> None:
        if not self.accounts:
            return
        id, random, on = self.random.choice([*self.accounts]), self.random, self.history.on_account
        by = self.somebody
        match random.randrange(7):
            case 0:
                on("renamed", id, by, name=random.choice(NAMES), was="Avant")
            case 1:
                on("tags-changed", id, by, tags=["Été", "VIP"], was=["TVA"])
            case 2:
                self._link(id)
            case 3 if len(self.accounts[id]) > 1:
                on("contact-unlinked", id, by, contact_id=self.accounts[id].pop())
            case 4 if self.members:
                on("team-set", id, by, member_id=random.choice(self.members), access=random.choice(LEVELS), was=None)
            case 5 if self.members:
                on("team-cleared", id, by, member_id=random.choice(self.members), was="read")
            case _:
                self.toggle("accounts.account", id, id)

    def _link(self, id: str) -> None:
        free = [contact for contact in self.contacts if contact not in self.accounts[id]]
        if free:
            contact = self.random.choice(free)
            self.accounts[id].append(contact)
            self.history.on_account("contact-linked", id, self.somebody, contact_id=contact, description="Gérante")
        else:
            contact = self.accounts[id][0]
            self.history.on_account("link-described", id, self.somebody, contact_id=contact, description="RH", was="")

    def look(self) -> None:
        """A member signs in, opens a dossier, and perhaps leaves."""
        if not self.members:
            return
        member, record = self.random.choice(self.members), self.history.record
        session = self.history.id("session")
        record(
            "firm.session.opened", session, by=member, member_id=member, token_hash="f" * 64, language="fr",
            expires_at=self.history.now.isoformat(),
        )  # fmt: skip
        if self.accounts:
            account = self.random.choice([*self.accounts])
            record("dossier.recents.opened", member, by=member, member_id=member, account_id=account)
        if self.random.random() < 0.5:
            record("firm.session.ended", session, by=member, reason="signed-out")
