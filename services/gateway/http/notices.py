"""Where the `List-Unsubscribe` header of e-mails leads: who gets them, and how that ends."""

from litestar.types import HTTPScope, Receive, Send

from services.gateway.http.answers import GUARDS, Answer

PREFERENCES = "/preferences/notifications"

_PAGE = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Dossier</title></head><body><main>
<h1>Pourquoi ces e-mails ?</h1>
<p>Vous les recevez parce que quelqu'un du cabinet vous a nommé participant d'une note, d'un appel ou d'un message.
Ils portent sur cette action et sur ses commentaires, et sur rien d'autre. Pour ne plus en recevoir, demandez à son
auteur de vous retirer des participants, ou répondez au cabinet.</p>
<section lang="en"><h1>Why these e-mails?</h1>
<p>You get them because somebody at the firm named you as a participant of a note, a call or a message. They are about
that action and its comments, and about nothing else. To get no more, ask its author to take you off the participants,
or tell the firm.</p></section>
</main></body></html>
"""
_POLICY = b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class Preferences:
    """A page for people without an account here; it says the same to everybody and changes nothing."""

    _answer = Answer(
        200,
        _PAGE.encode(),
        b"text/html; charset=utf-8",
        guards=[*GUARDS, (b"content-security-policy", _POLICY)],
    )

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        await self._answer(scope, receive, send)
