"""The description of the interface: complete, valid, the same as what is served, readable."""

import re
from typing import Any

import httpx
import pytest

from services.gateway.http.routes import BASE
from services.gateway.http.schema.asyncapi import asyncapi
from services.gateway.http.schema.openapi import openapi
from tests.gateway.contract import MESSAGES


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi(BASE, MESSAGES)


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for value in node.values() for found in references(value)]
    return [found for value in node for found in references(value)] if isinstance(node, list) else []


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        operation["operationId"]: operation for methods in document["paths"].values() for operation in methods.values()
    }


def test_an_operation_says_everything_that_its_message_declares(document: dict[str, Any]) -> None:
    rename = document["paths"]["/api/v1/boxes/{box_id}/label"]["put"]

    assert (rename["operationId"], rename["summary"]) == ("renameBox", "Change a box's label")
    names = {parameter.get("name") or parameter["$ref"].rpartition("/")[2] for parameter in rename["parameters"]}
    assert {"box_id", "IdempotencyKey", "IfMatch", "Position", "Csrf"} <= names
    body = document["components"]["schemas"][
        rename["requestBody"]["content"]["application/json"]["schema"]["$ref"][21:]
    ]
    assert list(body["properties"]) == ["label"]
    assert body["required"] == ["label"]
    conflict = rename["responses"]["409"]["content"]["application/problem+json"]["schema"]["allOf"][1]
    assert conflict["properties"]["code"]["enum"] == ["box-locked", "conflict"]
    assert {"200", "400", "401", "403", "404", "409", "412", "413", "415", "422", "503"} <= rename["responses"].keys()


def test_creating_is_201_with_its_location(document: dict[str, Any]) -> None:
    make = operations(document)["makeBox"]

    assert "Location" in make["responses"]["201"]["headers"]
    assert make["description"] == "It is empty at first."


def test_a_query_has_query_parameters_and_its_own_answer(document: dict[str, Any]) -> None:
    listing = operations(document)["listBoxes"]

    tag = next(parameter for parameter in listing["parameters"] if parameter.get("name") == "tag")
    assert (tag["in"], tag["required"], tag["schema"]["type"]) == ("query", False, "array")
    assert listing["responses"]["200"]["content"]["application/json"]["schema"]["items"]["$ref"].endswith("/Box")
    assert "requestBody" not in listing


def test_what_is_not_reachable_is_not_described(document: dict[str, Any]) -> None:
    assert "countBoxes" not in operations(document)


def test_every_reference_leads_somewhere_and_every_operation_has_its_own_name(document: dict[str, Any]) -> None:
    for reference in references(document):
        node = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
    count = sum(len(methods) for methods in document["paths"].values())
    assert len(operations(document)) == count


def test_asyncapi_holds_what_is_only_asked_inside_too() -> None:
    document = asyncapi(MESSAGES)

    assert document["channels"]["gatewayCountBoxes"]["address"] == "qry.gateway.CountBoxes"
    for reference in references(document):
        node: Any = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]


async def test_the_descriptions_are_open_to_anyone(stranger: httpx.AsyncClient) -> None:
    for path in ("/api/v1/schema/openapi.json", "/api/v1/schema/asyncapi.json"):
        answer = await stranger.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")


async def test_the_page_is_readable_and_needs_nothing_from_elsewhere(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/api/v1/schema")

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "Change a box&#39;s label" in answer.text
    assert "Archives 2026" in answer.text
    assert not re.search(r"(src|href)=.https?:|<script|@import|url\(", answer.text)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert (await stranger.get("/")).headers["location"] == "/api/v1/schema"
