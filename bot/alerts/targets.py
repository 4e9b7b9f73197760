"""Where incidents go besides Slack: targets that the settings name, with their secrets.

ops=https://hooks.example.com/sims secret=…; oncall=pagerduty routing_key=…
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PAGERDUTY = "https://events.pagerduty.com/v2/enqueue"
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,39}")
_PRINTABLE = re.compile(r"[!-~]+")
_OPTIONS = ("secret", "routing_key")
_MOST = 20


@dataclass(frozen=True, slots=True)
class WebhookTarget:
    """One target; with a `routing_key` it speaks PagerDuty's Events v2, else plain JSON.

    `secret` signs each body. Nothing but the name and the host may stand in a log.
    """

    name: str
    url: str = field(repr=False)
    secret: str = field(default="", repr=False)
    routing_key: str = field(default="", repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return what may stand in no log; the address may itself be a secret."""
        return tuple(filter(None, (self.url, self.secret, self.routing_key)))

    @property
    def host(self) -> str:
        """Return the host that it is sent to."""
        return urlsplit(self.url).hostname or ""


def parse_targets(text: str) -> tuple[WebhookTarget, ...]:
    """Read the setting. Raises ValueError, which holds no secret."""
    entries = [entry.strip() for entry in re.split(r"[;\n]", text)]
    found = tuple(map(_target, (each for each in entries if each and not each.startswith("#"))))
    names = [target.name.casefold() for target in found]
    if twice := next((name for name in names if names.count(name) > 1), None):
        msg = f"names {twice} twice"
        raise ValueError(msg)
    if len(found) > _MOST:
        msg = f"has more than {_MOST} targets"
        raise ValueError(msg)
    return found


def _target(entry: str) -> WebhookTarget:
    name, _, rest = entry.partition("=")
    name, words = name.strip(), rest.split()
    if not _NAME.fullmatch(name) or not words:
        msg = "is not a list of name=https://… secret=…, parted by semicolons"
        raise ValueError(msg)
    options = _options(name, words[1:])
    is_pagerduty = words[0] == "pagerduty"
    url = PAGERDUTY if is_pagerduty else _address(name, words[0])
    if is_pagerduty and "routing_key" not in options:
        msg = f"{name}: PagerDuty needs a routing_key=…, the integration key of a service"
        raise ValueError(msg)
    if not options:
        msg = f"{name}: needs a secret=…, by which the receiver knows us"
        raise ValueError(msg)
    return WebhookTarget(name, url, **options)


def _options(name: str, words: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word in words:
        option, _, value = word.partition("=")
        if option not in _OPTIONS or not _PRINTABLE.fullmatch(value):
            msg = f"{name}: takes secret=… and routing_key=… behind its address, and no more"
            raise ValueError(msg)
        found[option] = value
    return found


def _address(name: str, url: str) -> str:
    if not _is_address(url):
        msg = f"{name}: its address must be https://… without a user in it, or `pagerduty`"
        raise ValueError(msg)
    return url


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna")  # as it will be looked up
        is_whole = parts.port != 0 and not parts.username
    except ValueError:
        return False
    return bool(host) and is_whole and parts.scheme in {"https", "http"}
