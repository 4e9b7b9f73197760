"""Foreign text made harmless: what a SIM, a network or a person typed may never speak to Slack."""

import re

NAME_LIMIT = 80
SENTENCE = 1500

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# Direction overrides, invisible spaces, line ends and terminal escapes: all can hide or reorder.
_UNSEEN = re.compile(
    "[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_LONE = re.compile("[\ud800-\udfff]")
# Slack has no way to escape its marks; a look-alike reads the same and formats nothing.
_LOOKALIKES = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})
_EDGE_UNDERSCORE = re.compile(r"(?<![^\W_])_+|_+(?![^\W_])")
_HALF_MARK = re.compile(r"(<[^<>]*|&[a-z]{0,4})$")


def clean(text: str, limit: int = NAME_LIMIT) -> str:
    """Give one visible line of at most `limit` characters; `(blank)` where nothing is visible."""
    plain = text.isascii() and text.isprintable()  # as most is; the searches cost more
    seen = (text if plain else _LONE.sub("�", _BREAKS.sub(" ", _UNSEEN.sub("", text)))).strip()
    if len(seen) > limit:
        seen = seen[: limit - 1].rstrip() + "…"
    return seen or "(blank)"


def entities(text: str) -> str:
    """Replace the three characters that Slack reads as markup: & < and >."""
    return text.translate(_ENTITIES)


def escape(text: str, limit: int = NAME_LIMIT) -> str:
    """Give foreign text that Slack's mrkdwn shows as it is: no mention, no link, no bold."""
    return unmarked(clean(text, limit))


def unmarked(line: str) -> str:
    """Take the meaning off every mark of mrkdwn in a clean line, and keep its spaces."""
    line = line.translate(_LOOKALIKES)
    return entities(_EDGE_UNDERSCORE.sub(lambda run: "ˍ" * len(run[0]), line))


def sentence(text: str) -> str:
    """Make an error's sentence safe for mrkdwn; only pairs of back-ticks keep their meaning."""
    parts = clean(text, SENTENCE).split("`")
    if len(parts) % 2 == 0:
        return unmarked("`".join(parts))
    return "".join(
        f"`{entities(part)}`" if at % 2 and part.strip() else unmarked(part)
        for at, part in enumerate(parts)
    )


def cut(mrkdwn: str, limit: int) -> str:
    """Shorten finished mrkdwn to `limit` characters without leaving half a token or entity."""
    if len(mrkdwn) <= limit:
        return mrkdwn
    return _HALF_MARK.sub("", mrkdwn[: limit - 1]) + "…"
