"""Who may say and hear what at the broker. The broker's configuration is made from here and from nowhere else.

The door is one: only the gateway can ask (`cmd.>`, `qry.>`), and a service can only speak in its own name
(`evt.<service>.>`). One exception: accounts may have a contact created together with an account. Answers to requests
need no entry: the broker allows them for the request's own inbox.
"""

SERVICES = ("firm", "contacts", "accounts", "interactions", "files", "notifications", "dossier")
"""The services behind the gateway."""

USERS = (*SERVICES, "gateway")
"""Everyone who has a name at the broker, apart from `ADMIN`."""

ADMIN = "admin"
"""May do everything; declares the streams and serves the operator's commands."""

READERS_OF_KEYS = frozenset(SERVICES) - {"contacts"}
"""Who asks `contacts` for the keys that open personal data. The gateway never does."""


def inbox(user: str) -> str:
    """The prefix under which a user receives its answers: nobody else can listen there."""
    return f"_INBOX.{user}"


def permissions(user: str) -> tuple[list[str], list[str]]:
    """Subjects that a user may publish to, and those that it may subscribe to."""
    if user == ADMIN:
        return [">"], [">"]
    publish, subscribe = _reads_stream("EVENTS"), [f"{inbox(user)}.>", f"ctl.{user}.>"]
    if user == "gateway":
        publish += ["cmd.>", "qry.>", "health.*", "gateways.*"]
        subscribe += ["live.>", "gateways.*"]
    else:
        publish += [f"evt.{user}.>", f"relay.{user}"]
        subscribe += [f"cmd.{user}.*", f"qry.{user}.*", f"health.{user}"]
    if user in READERS_OF_KEYS:
        publish += ["key.get"]
        subscribe += ["key.destroyed"]
    turns = [f"lease.{user}.*", f"progress.{user}.*"]
    publish += [*turns, "$JS.API.STREAM.MSG.GET.LEASES"]
    subscribe += turns
    also_publish, also_subscribe = _particular(user)
    return publish + also_publish, subscribe + also_subscribe


def _particular(user: str) -> tuple[list[str], list[str]]:
    """What one user alone may."""
    match user:
        case "accounts":
            return ["cmd.contacts.CreateContact"], []
        case "contacts":
            return ["key.destroyed"], ["key.get", "key.destroyed"]  # another instance of it destroys keys too
        case "dossier":
            return ["live.>"], []
        case "notifications":
            # A schedule is taken back by deleting or purging its message.
            takes_back = ["$JS.API.STREAM.MSG.DELETE.SCHEDULES", "$JS.API.STREAM.PURGE.SCHEDULES"]
            return ["schedule.notifications.>", *_reads_stream("SCHEDULES"), *takes_back], ["due.notifications.>"]
        case _:
            return [], []


def _reads_stream(stream: str) -> list[str]:
    """The requests of a consumer and of someone who looks up the last message of a subject.

    Not `$JS.API.DIRECT.GET`: its answer is the message itself, headers and all, on whatever subject the question named
    for it. So a service could have `cmd.firm...` said with a caller of its own invention. `shared.broker.QuickClient`
    keeps out what consumers deliver to such subjects.
    """
    return [
        f"$JS.API.STREAM.INFO.{stream}",
        f"$JS.API.STREAM.MSG.GET.{stream}",
        f"$JS.API.CONSUMER.CREATE.{stream}.>",
        f"$JS.API.CONSUMER.INFO.{stream}.*",
        f"$JS.API.CONSUMER.DELETE.{stream}.*",
        f"$JS.API.CONSUMER.MSG.NEXT.{stream}.*",
        f"$JS.ACK.{stream}.>",
    ]
