"""Interactions are recorded, commented, planned and deleted; participants are notified."""

from datetime import timedelta

from tests.dossier.lives.scene import NAMES, Scene


class Work(Scene):
    def note(self) -> None:
        random = self.random
        account = random.choice([None, *self.accounts])
        contact = random.choice([None, *self.contacts])
        if account or contact:
            at = self.history.now + timedelta(minutes=random.choice((-9, -3, 0, 3, 7, 500)))
            kind = random.choice(("note", "call", "phone_message", "email"))
            who = [{"member_id": member} for member in self.members[:1]] + [
                {"contact_id": c} for c in self.contacts[:1]
            ]
            id = self.history.interaction(
                account, contact, kind=kind, by=self.somebody, subject=random.choice(NAMES), at=at, participants=who
            )
            self.interactions[id] = account

    def change_interaction(self) -> None:
        if not self.interactions:
            return
        id, random = self.random.choice([*self.interactions]), self.random
        account, on, by = self.interactions[id], self.history.on_interaction, self.somebody
        match random.randrange(6):
            case 0:
                at = (self.history.now + timedelta(minutes=random.choice((-20, 0, 5, 90)))).isoformat()
                said = {"subject": "Autre", "body": "<p>Dit</p>", "occurred_at": at, "direction": None}
                on("changed", id, account, by, **said, was=said | {"subject": "Point"})
            case 1:
                comment = self.history.id("comment")
                self.comments.append((id, comment))
                on("commented", id, account, by, comment_id=comment, body="<p>Oui</p>")
            case 2 if self.comments:
                id, comment = self.comments.pop()
                on("comment-deleted", id, self.interactions[id], by, comment_id=comment)
            case 5 if self.comments:
                id, comment = random.choice(self.comments)
                said = {"comment_id": comment, "body": "<p>Non</p>", "was": "<p>Oui</p>"}
                on("comment-changed", id, self.interactions[id], by, **said)
            case 3:
                on("participants-changed", id, account, by, participants=[], was=[{"member_id": "x"}])
            case _:
                self.toggle("interactions.interaction", id, account)

    def notify(self) -> None:
        if self.interactions and self.members:
            interaction = self.random.choice([*self.interactions])
            account, id = self.interactions[interaction], self.history.id("message")
            about = {
                "service": "interactions",
                "id": interaction,
                "topic": "interactions.interaction.recorded",
                "key": "i",
            }
            self.history.record(
                "notifications.message.queued", id, scope=account, recipient={"member_id": self.members[0]},
                address="z@cabinet.example", subject="Note", about=about, reason="participant",
                due=self.history.now.isoformat(),
            )  # fmt: skip
            self.history.record("notifications.message.sent", id, scope=account, message_id="<1@x>", attempt=1)
