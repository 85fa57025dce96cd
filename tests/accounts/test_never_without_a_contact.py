"""Whatever is asked of an account, in whatever order: it is never without a contact (ruling 1)."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.accounts.domain.account import Account
from services.accounts.domain.links import AlreadyLinked, ContactRequired, LastContact, Link
from shared.ids import new_id
from shared.problems import NotFound, Refusal
from tests.scenario import replayed

PEOPLE = [new_id() for _ in range(4)]
ZOE = PEOPLE[0]
MEMBERS = [new_id() for _ in range(2)]
person = st.sampled_from(PEOPLE)
words = st.sampled_from(["", "Gérante", "DAF"])


def refused(decide: Callable[[], object]) -> type[Refusal] | None:
    """The reason, if it is refused."""
    try:
        decide()
    except Refusal as refusal:
        return type(refusal)
    return None


class Links(RuleBasedStateMachine):
    """An account beside a plain dictionary that says what its links should be."""

    def __init__(self) -> None:
        super().__init__()
        self.account: Account
        self.expected: dict[Any, str] = {}
        self.deleted = False

    @initialize(links=st.lists(st.tuples(person, words), max_size=4))
    def create(self, links: list[tuple[Any, str]]) -> None:
        reason = AlreadyLinked if len(dict(links)) < len(links) else None if links else ContactRequired
        self.account = Account.create(new_id(), name="A", type="other", links=[Link(ZOE)])
        given = [Link(*link) for link in links]

        def create() -> None:
            self.account = Account.create(new_id(), name="A", type="other", links=given)
            self.expected = dict(links)

        self.expected = {ZOE: ""}
        assert refused(create) is reason

    @rule(contact=person, description=words)
    def link(self, contact: Any, description: str) -> None:
        reason = NotFound if self.deleted else AlreadyLinked if contact in self.expected else None
        if self.ask(lambda account: account.link(Link(contact, description)), reason):
            self.expected[contact] = description

    @rule(contact=person)
    def unlink(self, contact: Any) -> None:
        unknown = self.deleted or contact not in self.expected
        reason = NotFound if unknown else LastContact if len(self.expected) == 1 else None
        if self.ask(lambda account: account.unlink(contact), reason):
            del self.expected[contact]

    @rule(contact=person, description=words)
    def describe(self, contact: Any, description: str) -> None:
        reason = NotFound if self.deleted or contact not in self.expected else None
        if self.ask(lambda account: account.describe_link(contact, description), reason):
            self.expected[contact] = description

    @rule(member=st.sampled_from(MEMBERS), access=st.sampled_from(["none", "read", "full"]))
    def set_access(self, member: Any, access: str) -> None:
        self.ask(lambda account: account.set_access(member, access), NotFound if self.deleted else None)

    @rule(name=st.sampled_from(["A", "B"]))
    def rename(self, name: str) -> None:
        self.ask(lambda account: account.rename(name), NotFound if self.deleted else None)

    @rule()
    def delete(self) -> None:
        if self.ask(lambda account: account.delete(), NotFound if self.deleted else None):
            self.deleted = True

    @rule()
    def restore(self) -> None:
        if self.ask(lambda account: account.restore(), None if self.deleted else NotFound):
            self.deleted = False

    def ask(self, decide: Callable[[Account], object], reason: type[Refusal] | None) -> bool:
        """Whether it was done; it is refused for this reason or not at all, and a refusal records nothing."""
        pending = len(self.account.pending_events)
        assert refused(lambda: decide(self.account)) is reason
        assert reason is None or len(self.account.pending_events) == pending
        return reason is None

    @invariant()
    def has_the_links_that_it_should_and_never_none(self) -> None:
        assert self.account.links == self.expected
        assert self.account.links

    def teardown(self) -> None:
        again = replayed(Account, self.account.collect_events())
        assert (again.links, again.team, again.deleted) == (self.account.links, self.account.team, self.deleted)


TestLinks = pytest.mark.rows("T-23", "T-52")(Links.TestCase)
TestLinks.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
