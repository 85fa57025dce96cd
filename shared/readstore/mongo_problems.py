"""PyMongo's errors as the problems that callers know."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pymongo.errors import BulkWriteError, ConnectionFailure, OperationFailure, PyMongoError, WaitQueueTimeoutError

from shared.problems import OutOfSpace, Unavailable

DUPLICATE = 11000
_FULL = {14031}  # OutOfDiskSpace
_AWAY = {
    6,  # HostUnreachable
    7,  # HostNotFound
    50,  # MaxTimeMSExpired
    64,  # WriteConcernTimeout
    89,  # NetworkTimeout
    91,  # ShutdownInProgress
    100,  # UnsatisfiableWriteConcern: too few servers for a majority
    133,  # FailedToSatisfyReadPreference
    189,  # PrimarySteppedDown
    262,  # ExceededTimeLimit
    9001,  # SocketException
    10107,  # NotWritablePrimary
    11600,  # InterruptedAtShutdown
    11602,  # InterruptedDueToReplStateChange
    13435,  # NotPrimaryNoSecondaryOk
    13436,  # NotPrimaryOrSecondary
}


@contextmanager
def problems() -> Iterator[None]:
    """Within, MongoDB's troubles are `Unavailable` or `OutOfSpace`; a fault of ours stays what it is.

    A task that is cancelled ends. Python 3.11's `asyncio.wait_for`, by which PyMongo sends and connects, forgets about
    it if what it waits for comes at the same moment: one time in five.
    """
    task = asyncio.current_task()
    assert task is not None
    before = task.cancelling()
    try:
        yield
    except PyMongoError as error:
        if problem := _problem(error):
            raise problem from error
        raise
    finally:
        if task.cancelling() > before:
            raise asyncio.CancelledError


def _problem(error: PyMongoError) -> Exception | None:
    codes = _codes(error)
    if codes & _FULL:
        return OutOfSpace()
    if codes & _AWAY or error.timeout or isinstance(error, ConnectionFailure | WaitQueueTimeoutError):
        return Unavailable()
    return None


def _codes(error: PyMongoError) -> set[int]:
    if not isinstance(error, OperationFailure):
        return set()
    details: dict[str, Any] = dict(error.details or {})
    parts = [*details.get("writeErrors", ()), *details.get("writeConcernErrors", ())]
    parts += [details["writeConcernError"]] if "writeConcernError" in details else []
    codes = {part.get("code", 0) for part in parts}
    return codes if isinstance(error, BulkWriteError) else codes | {error.code or 0}
