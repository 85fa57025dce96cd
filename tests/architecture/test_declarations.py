"""What every declaration owes: a right, a topic, a golden file, two languages, a row that exists."""

import ast
import importlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.domain import Aggregate
from pydantic import TypeAdapter

from shared.messages import Message, declared
from shared.problems import LANGUAGES, TITLES, refusals
from shared.sealing import Shape, shapes_of
from shared.validation import OTHER, TEXTS
from tests.architecture.imports import ROOT, SERVICES, modules, room

GOLDEN = ROOT / "tests" / "contracts" / "golden"
FIELD = re.compile(r"{(\w+)}")


@cache
def loaded() -> bool:
    """Import every service whole, so that everything declared is known."""
    for path in modules("services"):
        if path.parts[1] in SERVICES and path.name != "__main__.py":
            importlib.import_module(".".join(path.with_suffix("").parts).removesuffix(".__init__"))
    return True


def messages() -> list[type[Message]]:
    assert loaded()
    return [message for message in declared() if message.__module__.startswith("services.")]


def shapes() -> dict[str, Shape]:
    assert loaded()
    found: dict[str, Shape] = {}
    for aggregate in Aggregate.__subclasses__():
        if aggregate.__module__.startswith("services."):
            found |= shapes_of(aggregate)
    return found


def test_every_message_says_what_it_does_and_which_right_it_needs() -> None:
    for message in messages():
        assert message.__doc__, message
        assert callable(message.needs.check), message


def test_no_two_messages_share_a_route_or_a_name() -> None:
    routes = [(m.http.method, FIELD.sub("{}", m.http.path)) for m in messages() if m.http]
    assert len(routes) == len(set(routes))
    names = [m.__name__ for m in messages()]
    assert len(names) == len(set(names))


def test_every_path_parameter_is_a_field() -> None:
    for message in messages():
        if message.http:
            assert set(message.http.parameters) <= message.model_fields.keys(), message


def test_topics_begin_with_their_service_and_are_said_in_the_past() -> None:
    for topic, shape in shapes().items():
        assert topic.split(".")[0] == shape.event.__module__.split(".")[1], topic
        assert re.fullmatch(r"[a-z]+\.[a-z-]+\.[a-z-]+", topic), topic


def test_every_event_has_a_golden_file_that_still_loads() -> None:
    missing = sorted(topic for topic in shapes() if not (GOLDEN / f"{topic}.json").exists())
    assert missing == []
    for topic, shape in shapes().items():
        golden: dict[str, Any] = json.loads((GOLDEN / f"{topic}.json").read_text())
        assert golden["topic"] == topic
        data = golden["data"]
        for version in range(golden["class_version"], getattr(shape.event, "class_version", 1)):
            getattr(shape.event, f"upcast_v{version}_v{version + 1}")(data)
        fields = set(shape.event.__dataclass_fields__) - {"originator_id", "originator_version", "timestamp"}
        assert set(data) | {"originator_topic"} == fields | {"originator_topic"}, topic
        for name, adapter in shape.adapters.items():
            adapter.validate_python(data[name])


def test_no_golden_file_stands_for_an_event_that_nobody_can_read() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} <= shapes().keys()


def test_topics_that_are_read_are_topics_that_exist() -> None:
    known = shapes().keys()
    pattern = re.compile(r"(?:firm|accounts|contacts|interactions|files|notifications|dossier)\.[a-z-]+\.[a-z-]+")
    rooms = ("contract", "projections", "queries", "reactions")
    readers = [path for path in modules("services") if room(path) in rooms]
    for path in readers:
        for text in _texts(path):
            if pattern.fullmatch(text):
                assert text in known, f"{path} reads {text!r}, which no aggregate records"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_has_both_languages_and_names_the_same_values(language: str) -> None:
    assert loaded()
    for refusal in refusals():
        text = getattr(refusal, language)
        assert text.strip(), refusal
        assert set(FIELD.findall(refusal.fr)) == set(FIELD.findall(refusal.en)), refusal
        assert refusal.status in TITLES, refusal


def test_problem_codes_are_unique_and_kebab_case() -> None:
    assert loaded()
    codes = [refusal.code for refusal in refusals() if refusal.__module__.startswith(("services.", "shared."))]
    assert len(codes) == len(set(codes)), sorted(code for code in codes if codes.count(code) > 1)
    assert [code for code in codes if not re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", code)] == []


def test_every_field_error_has_both_languages() -> None:
    for code, french, english in [*TEXTS.values(), OTHER]:
        assert french != english, code
        assert set(FIELD.findall(french)) == set(FIELD.findall(english)), code


def test_every_answer_can_be_described() -> None:
    for message in messages():
        answer = getattr(message, "answer", None)
        if answer is not None:
            TypeAdapter(answer).json_schema()


def test_rows_that_tests_claim_exist_in_the_list() -> None:
    known = set(re.findall(r"^\| ([A-Z]-\d\d) ", (ROOT / "docs" / "features.md").read_text(), re.MULTILINE))
    claimed: set[str] = set()
    for path in modules("tests"):
        for node in ast.walk(ast.parse((ROOT / path).read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.rows":
                claimed |= {arg.value for arg in node.args if isinstance(arg, ast.Constant)}  # type: ignore[misc]
    assert claimed
    assert claimed <= known, sorted(claimed - known)


def test_every_refusal_is_raised_somewhere() -> None:
    assert loaded()
    sources = "\n".join((ROOT / path).read_text() for path in modules("services", "shared"))
    for refusal in refusals():
        if refusal.__module__.startswith(("services.", "shared.")) and not refusal.__subclasses__():
            assert len(re.findall(rf"\b{refusal.__name__}\b", sources)) > 1, refusal


def _texts(path: Path) -> list[str]:
    tree = ast.parse((ROOT / path).read_text())
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
