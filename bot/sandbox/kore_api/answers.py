"""What goes back over the wire: a status and bytes; errors in the shapes that KORE documents."""

import json
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Row = dict[str, Any]
Value: TypeAlias = Any  # whatever a field of a payload may hold
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """The request is wrong; answered in KORE's envelope (docs.korewireless.com/errors/{code})."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.answer = answer_of(
            {
                "status": status,
                "message": message,
                "code": code,
                "more_info": f"https://docs.korewireless.com/errors/{code}",
            },
            status,
        )


def answer_of(payload: Value, status: int = 200, **headers: str) -> Answer:
    """Render a payload as compact JSON."""
    body = json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()
    return Answer(status, body, headers=headers)


def no_such(what: str, code: int = 20404) -> Refusal:
    """Give the 404 for a resource that is not there."""
    return Refusal(404, code, f"The requested resource {what} was not found")
