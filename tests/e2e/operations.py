"""Every operation of the API, as its own description says, and how to ask each for something that exists."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.e2e.client import Client
from tests.e2e.stage import Stage

_METHODS = ("get", "put", "post", "delete")


@dataclass(frozen=True)
class Operation:
    """One method of one path; `codes` are those that it says it can be refused with, by status."""

    id: str
    method: str
    path: str
    secured: bool
    media_type: str | None
    query: frozenset[str]
    codes: dict[int, set[str]] = field(repr=False)

    @property
    def ids(self) -> list[str]:
        """Names of the path's parameters."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def command(self) -> bool:
        return self.method != "GET"

    @property
    def reads_json(self) -> bool:
        return self.command and self.media_type != "multipart/form-data"


def operations(client: Client) -> Iterator[Operation]:
    """All of them, from the running firm."""
    document = client.read("/schema/openapi.json")
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if operation := methods.get(method):
                yield _operation(path, method.upper(), operation)


def _operation(path: str, method: str, said: dict[str, Any]) -> Operation:
    body = said.get("requestBody", {}).get("content", {})
    parameters = said.get("parameters", [])
    return Operation(
        id=said["operationId"],
        method=method,
        path=path,
        secured=said.get("security") != [],
        media_type=next(iter(body), None),
        query=frozenset(found["name"] for found in parameters if found.get("in") == "query"),
        codes={int(status): _codes(answer) for status, answer in said["responses"].items() if int(status) >= 400},
    )


def _codes(answer: dict[str, Any]) -> set[str]:
    schema = answer.get("content", {}).get("application/problem+json", {}).get("schema", {})
    parts = schema.get("allOf", [schema])
    return {code for part in parts for code in part.get("properties", {}).get("code", {}).get("enum", [])}


def existing(stage: Stage) -> dict[str, str]:
    """An id of something that exists, for each name that a path can have."""
    return {
        "account_id": stage.account,
        "contact_id": stage.contact,
        "member_id": stage.cast["reader"].id,
        "interaction_id": stage.note,
        "comment_id": stage.comment,
        "folder_id": stage.folder,
        "document_id": stage.document,
    }


def bodies(contact_id: str, member_id: str, folder_id: str) -> dict[str, Any]:
    """A body with which an operation would do something, by operation id; those left out need none."""
    contact, member = {"contact_id": contact_id}, {"member_id": member_id}
    return {
        "createAccount": {"name": "X", "type": "other", "contacts": [contact]},
        "changeAccount": {"name": "X"},
        "renameAccount": {"name": "X"},
        "setAccountTags": {"tags": ["X"]},
        "linkContact": contact,
        "describeLink": {"description": "X"},
        "setTeamAccess": {"access": "full"},
        "createContact": {"given_name": "X"},
        "changeContact": {"given_name": "X"},
        "setContactActive": {"active": False},
        "createFolder": {"name": "X"},
        "renameFolder": {"name": "X"},
        "moveFolder": {"parent_id": None},
        "setFolderRight": {"subject": member, "right": "read"},
        "cascadeRights": {"subject": member},
        "renameDocument": {"name": "X"},
        "moveDocument": {"folder_id": folder_id},
        "recordInteraction": {"kind": "note", "subject": "X", "contact_id": contact_id},
        "changeInteraction": {"subject": "X"},
        "setParticipants": {"participants": [member]},
        "comment": {"body": "X"},
        "changeComment": {"body": "X"},
        "createMember": {"given_name": "X", "email": "x@x.example"},
        "changeMember": {"given_name": "X"},
        "setMemberRole": {"role": "employee"},
        "setMemberPermissions": {"permissions": []},
        "setMemberActive": {"active": False},
        "setMemberPassword": {"password": "an acceptable password"},
        "changeOwnPassword": {"current": "a wrong password", "new": "an acceptable password"},
    }
