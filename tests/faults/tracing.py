"""What a running process asks of the kernel, in order: strace attached to it, and what it wrote down."""

import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

SENDS = "write,writev,sendto,sendmsg"
_LINE = re.compile(r"^(\d+) +(?P<text>.*)$")
_UNFINISHED = " <unfinished ...>"
_RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>")


@dataclass(frozen=True, slots=True)
class Call:
    """One call, in the order in which calls returned: all that strace says of it."""

    name: str
    text: str


@contextmanager
def traced(pid: int, output: Path, calls: str, *more: str) -> Iterator[None]:
    """Write these calls of a process and its threads down; the test is skipped where that is not allowed."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    command = ["strace", "-f", "-y", "-s", "9000", "-p", str(pid), "-o", str(output), "-e", f"trace={calls}", *more]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert tracer.stderr is not None
    try:
        said = tracer.stderr.readline()
        if "attached" not in said:
            pytest.skip(f"strace may not look at other processes here: {said.strip()}")
        yield
    finally:
        tracer.send_signal(signal.SIGINT)  # it lets go
        tracer.communicate(timeout=20)


def returned(output: Path) -> list[Call]:
    """The calls in the order in which they returned; those that strace tells of in two lines are put together."""
    begun: dict[str, str] = {}
    found: list[Call] = []
    for line in output.read_text(encoding="utf-8", errors="replace").splitlines():
        if not (match := _LINE.match(line)):
            continue
        thread, text = match[1], match["text"]
        if text.endswith(_UNFINISHED):
            begun[thread] = text.removesuffix(_UNFINISHED)
            continue
        if _RESUMED.match(text):
            text = begun.pop(thread, "") + _RESUMED.sub("", text)
        name = text.partition("(")[0]
        if name.isidentifier():
            found.append(Call(name, text))
    return found
