"""Which part may know which: the directions of design, checked on the source."""

import sys

import pytest

from tests.architecture.imports import ROOMS, SERVICES, imported, modules, room

DOMAIN_MAY = (
    "eventsourcing.domain",
    "pydantic",
    "shared.problems",
    "shared.events",
    "shared.ids",
    "shared.text",
    "shared.folding",
)


def test_shared_knows_no_service() -> None:
    found = {str(path): names for path in modules("shared") if (names := _of(imported(path), "services"))}
    assert found == {}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_imports_nothing_of_another_but_its_contract(service: str) -> None:
    for path in modules(f"services/{service}"):
        for name in _of(imported(path), "services"):
            parts = name.split(".")
            assert parts[1] == service or parts[2] == "contract", f"{path} imports {name}"


@pytest.mark.parametrize("service", SERVICES)
def test_a_domain_knows_nothing_of_stores_brokers_and_handlers(service: str) -> None:
    for path in modules(f"services/{service}"):
        if room(path) != "domain":
            continue
        for name in imported(path):
            own = name.startswith((f"services.{service}.domain", f"services.{service}.values"))
            standard = name.split(".")[0] in sys.stdlib_module_names
            assert own or standard or name.startswith(DOMAIN_MAY), f"{path} imports {name}"


@pytest.mark.parametrize("service", SERVICES)
def test_queries_and_projections_never_import_the_domain(service: str) -> None:
    for path in modules(f"services/{service}"):
        if room(path) in ("queries", "projections"):
            assert not _of(imported(path), f"services.{service}.domain"), path


@pytest.mark.parametrize("service", [s for s in SERVICES if s != "gateway"])
def test_every_service_has_the_same_rooms(service: str) -> None:
    rooms = {room(path) for path in modules(f"services/{service}")} - {"__init__"}
    assert {"app", "contract"} <= rooms
    assert rooms <= ROOMS, f"{service} has rooms that no other has: {rooms - ROOMS}"


def test_only_the_gateway_and_the_command_line_speak_http() -> None:
    for path in modules("shared", "services"):
        if path.parts[1] not in ("gateway", "cli"):
            assert not _of(imported(path), "litestar") | _of(imported(path), "granian"), path


def _of(names: set[str], package: str) -> set[str]:
    return {name for name in names if name == package or name.startswith(f"{package}.")}
