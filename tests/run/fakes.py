"""Services of a few lines each, to try `dossier run` itself with."""

from pathlib import Path

from shared.permissions import SERVICES
from tests.run.machine import TREE

SERVICE = """
import asyncio, json, os
from shared.process import until_stopped, write_atomically

class Service:
    def __init__(self, settings):
        self.settings = settings

    async def run(self):
        told = {name: value for name, value in os.environ.items() if name.startswith("DOSSIER_")}
        write_atomically(self.settings.data / "told" / f"{NAME}.json", json.dumps(told))
        await until_stopped()
        write_atomically(self.settings.data / "left" / NAME, "")

build = Service
"""

GATEWAY = """
import asyncio, json
from shared.process import until_stopped

SERVICES = {services!r}

class Gateway:
    def __init__(self, settings):
        self.settings = settings

    async def answer(self, reader, writer):
        await reader.readuntil(b"\\r\\n\\r\\n")
        told = self.settings.data / "told"
        states = {{name: {{"ready": (told / f"{{name}}.json").exists()}} for name in SERVICES}}
        status = "200 OK" if all(state["ready"] for state in states.values()) else "503 Service Unavailable"
        body = json.dumps({{"services": states}})
        head = f"HTTP/1.1 {{status}}\\r\\nContent-Length: {{len(body)}}\\r\\nConnection: close\\r\\n\\r\\n"
        writer.write((head + body).encode())
        await writer.drain()
        writer.close()

    async def run(self):
        server = await asyncio.start_server(self.answer, self.settings.host, self.settings.port)
        async with server:
            await until_stopped()

build = Gateway
"""
DEMO = """
import asyncio, os
from pathlib import Path

async def fill(address, email, password, progress):
    progress(1, 2, "members")
    calls = Path(os.environ["DOSSIER_DATA"]) / "demo.calls"
    with calls.open("a") as file:
        file.write(f"{address} {email} {password}\\n")
    if (Path(os.environ["DOSSIER_DATA"]) / "demo.fails").exists():
        raise SystemExit(3)
    progress(2, 2, "members")
"""


def tree_in(tree: Path) -> Path:
    """A copy of this tree with the real command and services that do nothing."""
    (tree / "services").mkdir()
    (tree / "services" / "__init__.py").touch()
    for name in ("shared", "deploy"):
        (tree / name).symlink_to(TREE / name)
    (tree / "services" / "cli").mkdir()
    for file in (TREE / "services" / "cli").glob("*.py"):
        (tree / "services" / "cli" / file.name).symlink_to(file)
    for name in SERVICES:
        write(tree / "services" / name / "app.py", f"NAME = {name!r}\n{SERVICE}")
    write(tree / "services" / "gateway" / "app.py", GATEWAY.format(services=SERVICES))
    write(tree / "services" / "cli" / "demo" / "__init__.py", DEMO)
    return tree


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
