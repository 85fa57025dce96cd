"""How a blob store beyond this machine is reached, and what its failures mean."""

import logging
import re
from datetime import timedelta
from typing import Any

from shared.problems import OutOfSpace, Refusal, Unavailable
from shared.settings import Settings

_CONNECT = timedelta(seconds=2)
_RETRIES = 2
_NO_LIMIT = timedelta(days=1)  # for a download as a whole: its reader may be slow
_FULL = re.compile("No space left on device|Disk quota exceeded|507 Insufficient")  # ENOSPC, EDQUOT, RFC 4918
_log = logging.getLogger(__name__)


def options(settings: Settings) -> dict[str, Any]:
    """Arguments for `obstore.store.from_url`: where and as whom, and never a wait without an end.

    What the settings leave out, the library takes from the environment by each provider's own names (`AWS_...`,
    `GOOGLE_...`, `AZURE_...`), or from the role that a machine has been given.
    """
    patience = timedelta(seconds=settings.blobs_seconds)
    endpoint = settings.blobs_endpoint
    secret = settings.blobs_secret_key
    given = {
        "endpoint": endpoint,
        "region": settings.blobs_region,
        "access_key_id": settings.blobs_access_key,
        "secret_access_key": secret.get_secret_value() if secret else None,
    }
    return {
        **{name: value for name, value in given.items() if value is not None},
        "client_options": {
            "connect_timeout": _CONNECT,
            "read_timeout": patience,
            "timeout": _NO_LIMIT,
            "allow_http": endpoint is not None and endpoint.startswith("http://"),
        },
        "retry_config": {"max_retries": _RETRIES, "retry_timeout": patience},
    }


def refusal(error: Exception) -> Refusal:
    """What a caller is told of a store's failure; operators find the store's own words in the log."""
    text = str(error).partition("\n")[0]
    _log.warning("the blob store failed: %s", text)
    return OutOfSpace() if _FULL.search(text) else Unavailable()
