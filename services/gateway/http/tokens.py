"""Where a request carries its session's token."""

import re

from services.gateway.http.call import Call

COOKIE = "dossier_session"
TOKEN = re.compile(r"[A-Za-z0-9_.~-]{20,200}")


def credential(call: Call) -> tuple[str, bool]:
    """The token and whether it came by the cookie. A bearer token wins: a program sends it on purpose."""
    given = call.headers.get(b"authorization")
    if given is not None:
        scheme, _, token = given.decode("latin-1").partition(" ")
        return (token.strip() if scheme.lower() == "bearer" else ""), False
    for part in call.headers.get(b"cookie", b"").decode("latin-1").split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE:
            return value, True
    return "", False
