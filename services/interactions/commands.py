"""What changes an interaction."""

from datetime import UTC, datetime

from services.firm.contract import Access, Place
from services.interactions.contract import (
    ChangeComment,
    ChangeInteraction,
    Comment,
    DeleteComment,
    DeleteInteraction,
    RecordInteraction,
    RestoreInteraction,
    SetParticipants,
    UnknownParticipant,
)
from services.interactions.domain import Interaction
from services.interactions.values import Content, Participant, Remark
from shared.context import current
from shared.dispatch import handles
from shared.ids import new_id
from shared.messages import Accepted
from shared.problems import NotFound
from shared.repository import Repository


@handles(RecordInteraction)
async def record(command: RecordInteraction, interactions: Repository[Interaction], access: Access) -> Accepted:
    await _known(command.participants, command.participants, access)
    happened = command.occurred_at or datetime.now(UTC)
    interaction = Interaction.record(
        new_id(),
        command.kind,
        Content(command.subject, command.body, happened, command.direction),
        account_id=command.account_id,
        contact_id=command.contact_id,
        author_id=current.get().id,
        participants=command.participants,
    )
    return await interactions.save(interaction)


@handles(ChangeInteraction)
async def change(command: ChangeInteraction, interactions: Repository[Interaction]) -> Accepted:
    interaction = await interactions.get(command.interaction_id)
    was = interaction.content
    interaction.change(
        Content(
            was.subject if command.subject is None else command.subject,
            was.body if command.body is None else command.body,
            command.occurred_at or was.occurred_at,
            command.direction if "direction" in command.model_fields_set else was.direction,
        )
    )
    return await interactions.save(interaction)


@handles(SetParticipants)
async def set_participants(command: SetParticipants, interactions: Repository[Interaction], access: Access) -> Accepted:
    interaction = await interactions.get(command.interaction_id)
    await _known(command.participants, interaction.added(command.participants), access)
    interaction.set_participants(command.participants)
    return await interactions.save(interaction)


@handles(DeleteInteraction)
async def delete(command: DeleteInteraction, interactions: Repository[Interaction]) -> Accepted:
    interaction = await interactions.get(command.interaction_id)
    interaction.delete()
    return await interactions.save(interaction)


@handles(RestoreInteraction)
async def restore(command: RestoreInteraction, interactions: Repository[Interaction]) -> Accepted:
    interaction = await interactions.get(command.interaction_id)
    interaction.restore()
    return await interactions.save(interaction)


@handles(Comment)
async def comment(command: Comment, interactions: Repository[Interaction]) -> Accepted:
    interaction = await interactions.get(command.interaction_id)
    comment_id = new_id()
    interaction.comment(comment_id, current.get().id, command.body)
    return await interactions.save(interaction, answer=comment_id)


@handles(ChangeComment)
async def change_comment(command: ChangeComment, interactions: Repository[Interaction], access: Access) -> Accepted:
    interaction = await interactions.get(command.interaction_id)
    await access.change_place(_place(interaction, interaction.remark(command.comment_id)))
    interaction.change_comment(command.comment_id, command.body)
    return await interactions.save(interaction)


@handles(DeleteComment)
async def delete_comment(command: DeleteComment, interactions: Repository[Interaction], access: Access) -> Accepted:
    interaction = await interactions.get(command.interaction_id)
    await access.change_place(_place(interaction, interaction.remark(command.comment_id)))
    interaction.delete_comment(command.comment_id)
    return await interactions.save(interaction)


def _place(interaction: Interaction, remark: Remark) -> Place:
    """Where a comment stands: with its interaction, but it has its own author."""
    return Place(interaction.account_id, interaction.contact_id, remark.author_id)


async def _known(named: list[Participant], added: list[Participant], access: Access) -> None:
    """Refuse anybody added who does not exist for the caller; who takes part already may since have left."""
    for index, participant in enumerate(named):
        if participant in added and not await _exists(participant, access):
            raise UnknownParticipant(field=f"participants/{index}")


async def _exists(participant: Participant, access: Access) -> bool:
    if participant.contact_id is None:
        return await access.member_of(str(participant.member_id)) is not None
    try:
        await access.see_contact(participant.contact_id)
    except NotFound:
        return False
    return True
