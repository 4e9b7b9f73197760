"""What every log line of one request carries: its id, who asked, where; kept in a contextvar.

A task copies the context it is started in, so the work that goes on after the ack keeps them.
"""

import secrets
from collections.abc import Mapping
from contextvars import ContextVar

_FIELDS: ContextVar[Mapping[str, str]] = ContextVar("request_fields")
_NONE: Mapping[str, str] = {}


def begin_request(**fields: str) -> str:
    """Bind a new request id and `fields` to this context; give the id, six hex digits."""
    request_id = secrets.token_hex(3)
    _FIELDS.set({"request_id": request_id, **fields})
    return request_id


def name_answer(name: str) -> None:
    """Add to this request what answers it: a subcommand's or a button's name."""
    _FIELDS.set({**request_fields(), "answer": name})


def request_fields() -> Mapping[str, str]:
    """Give what is bound; empty outside a request."""
    return _FIELDS.get(_NONE)


def request_id() -> str:
    """Give this request's id: the reference that a person quotes. Binds one where none is."""
    return request_fields().get("request_id") or begin_request()
