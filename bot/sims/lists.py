"""Names in a text: its words, the items of a list, small talk. Pure.

Which of them is a SIM's name only the list of SIMs can tell; here stands what may be one.
"""

import re
from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import accumulate, islice, pairwise
from typing import NamedTuple

from bot.sims.identifier import blanked, name_key, plain, strip_punctuation
from bot.sims.labels import PastedTable

_LONGEST_NAME = 64
_MOST_ITEMS = 500  # of more only what is certain or known by its name is read


class Phrase(NamedTuple):
    """Some words as they were written, and where they stand."""

    at: int
    end: int
    text: str


_MAIL = re.compile(r"(?<!\S)(?:[^\s@]*+@(?:[^\s@]*?\.\S*+)|@\S++)")
_WEB = re.compile(r"[a-zA-Z](?<![\w+.-].)[\w+.-]*+://[^\s<>()\]]*+")
_ENDING = re.compile(
    r"(?i)\.(?<=\w\.)(?:log|txt|csv|json|pcap|bin|cfg|gz|zip|xlsx?|png|jpe?g|pdf)\b"
)
_WORD = re.compile(r"""([^\W_](?:[^\s,;|=(){}\[\]"'`<>?!*~:/@&+\\]*[^\W_])?)""")
_RUN = re.compile(r"""\w[^\n\t,;|=(){}\[\]"'`<>?!*~:/@&+\\]*""")
_RUN_WITH_A_COLON = re.compile(r"""\w[^\n\t,;|=(){}\[\]"'`<>?!*~]*""")
_EDGES = "._-#+%&$^…:/@\\"
_WITH_A_COLON = re.compile(r"""([^\W_](?:[^\s,;|=(){}\[\]"'`<>?!*~]*[^\W_])?)""")
_OTHER_LETTERS = "\u0370-\u1dff\u2e80-\ud7ff\uf900-\ufaff"
_TOUCHING = f"[{_OTHER_LETTERS}](?:(?<=[a-zA-Z0-9].)|(?=[a-zA-Z0-9]))"
_AMONG_OTHER_LETTERS = (  # as in 设备truck-42掉线
    rf"([a-zA-Z0-9](?<![^\W{_OTHER_LETTERS}].)(?:[a-zA-Z0-9_.-]*[a-zA-Z0-9])?(?![^\W{_OTHER_LETTERS}]))"
)
_BEFORE_OTHER_LETTERS = (  # as in 水位計-4が
    rf"((?<![\w.-])\w[\w.-]{{0,40}}?[0-9]++(?=[{_OTHER_LETTERS}]))"
)
_MOST_REPEATS = 100  # of one name, as in a log
_LEAST = 3
_LEAST_DIGITS = 6


def without_addresses(text: str) -> str:
    """Blank mail and web addresses, which name no SIM, and the endings of files, which hide one."""
    if "." in text:
        text = _ENDING.sub(blanked, text)
    if "://" in text:
        text = _WEB.sub(blanked, text)
    return _MAIL.sub(blanked, text) if "@" in text else text


def keys_in(text: str) -> set[str]:
    """Return every word of a text, and two or three that stand together, as names are compared."""
    folded, found = text.casefold(), set[str]()
    runs = {*_RUN.findall(folded)}
    if _may_hold_names(text):
        runs.update(_RUN_WITH_A_COLON.findall(folded))
    for run in runs:
        words = [word.strip(_EDGES) for word in run.split()]
        found.update(words)
        if len(words) > 1:
            found.update(map(" ".join, pairwise(words)))
            found.update(map(" ".join, zip(words, words[1:], words[2:], strict=False)))
    others = "\n".join(run for run in runs if not run.isascii())  # of the rest that was all
    return found.union(*(shape.findall(others) for shape in (_WORD, *_more_shapes(others))))


def _may_hold_names(text: str) -> bool:
    """Return whether a text has marks that part two names, or stand within one."""
    return any(mark in text for mark in ":/&+\\")


def _more_shapes(text: str) -> Iterator[re.Pattern[str]]:
    if _may_hold_names(text):
        yield _WITH_A_COLON
    if not text.isascii() and re.search(_TOUCHING, text):  # compiled with the first such text
        yield re.compile(_AMONG_OTHER_LETTERS)
        yield re.compile(_BEFORE_OTHER_LETTERS)


_NO_MARK = r"""[^\s,;|=(){}\[\]"'`<>?!*~]"""
_FEW_WORDS = re.compile(rf"[^\W_](?:{_NO_MARK}*[^\W_])?(?: [^\W_](?:{_NO_MARK}*[^\W_])?){{0,2}}")
_BETWEEN_PIECES = re.compile(r"[\W_]")
_PIECE = re.compile(r"[^\W_]+")
_MARKS = bytes(code for code in range(128) if not chr(code).isalnum() and chr(code) != "\n")
_BLANKED = bytes.maketrans(_MARKS, b" " * len(_MARKS))


def is_parted(name: str) -> bool:
    """Return whether `keys_in` gives no such name: for its marks, or for more than three words."""
    return _FEW_WORDS.fullmatch(name) is None


def without_marks(names: bytes) -> bytes:
    """Return lines with a blank for each mark; those outside of ASCII are left."""
    return names.translate(_BLANKED)


def pieces_in(text: str) -> set[str]:
    """Return what stands between the marks of a text, as names are compared."""
    folded = text.casefold()
    pieces = {*without_marks(folded.encode(errors="replace")).decode().split()}
    return pieces if folded.isascii() else pieces.union(_PIECE.findall(folded))


class _Ends(NamedTuple):
    """The marks with which a name begins and ends, as in `(old) Well 5` and in `Well 4 (new)`."""

    before: str
    behind: str


class _Names:
    """Names by their first word, and by all between their first and their last word."""

    def __init__(self, names: AbstractSet[str]) -> None:
        self._ends: dict[str, list[_Ends]] = {}
        self.most: dict[str, int] = {}
        for name in sorted(names, key=len, reverse=True):
            words = [*_WORD.finditer(name)] if is_parted(name) else []
            at, end = (words[0].start(), words[-1].end()) if words else (0, len(name))
            first, count = (words[0][0], len(words)) if words else _plain_words(name)
            self.most[first] = max(count, self.most.get(first, 0))
            self._ends.setdefault(name[at:end], []).append(_Ends(name[:at], name[end:]))
        self.has_marks = any(map(_may_hold_names, names))

    def named(self, text: str, at: int, end: int) -> Phrase | None:
        """Return the name whose words begin and end at two places, with the marks around them."""
        words = text[at:end]
        for before, behind in self._ends.get(" ".join(words.casefold().split(" ")), ()):
            start, stop = at - len(before), end + len(behind)
            if text.startswith(before, max(start, 0)) and text.startswith(behind, end):
                return Phrase(start, stop, text[start:stop]) if _is_long(words) else None
        return None


def _plain_words(name: str) -> tuple[str, int]:
    return name.partition(" ")[0], name.count(" ") + 1


def phrases_in(text: str, names: AbstractSet[str]) -> list[Phrase]:
    """Return the phrases that are names, in their order, of those that overlap the longest.

    `names` are as they are compared. What is too short to be told from a count or from a word of
    prose is left out.
    """
    known = _Names(names)
    found: list[Phrase] = []
    repeats: Counter[str] = Counter()
    for shape in (_WORD, *_more_shapes(text)):
        seen: set[str] = set()
        if shape is _WITH_A_COLON and not known.has_marks:
            continue  # what has none was seen by now
        parts = shape.split(text)
        words = parts[1::2]
        begins = {word: first for word in {*words} if (first := word.casefold()) in known.most}
        ends = [*accumulate(map(len, parts[:-1]))]
        for number in [number for number, word in enumerate(words) if word in begins]:
            first = begins[words[number]]
            if repeats[first] >= _MOST_REPEATS:
                continue
            at, *to = ends[2 * number : 2 * (number + known.most[first])]
            phrases = (known.named(text, at, end) for end in to[::-2])
            if named := next(filter(None, phrases), None):
                found.append(named)
                repeats[first] += named.text in seen
                seen.add(named.text)
    return without_overlaps(found)


def with_one_word_each(text: str, phrases: list[Phrase]) -> str:
    """Return a text of the same length in which nothing parts the words of some phrases.

    The phrases are in order, and none overlaps another.
    """
    parts, done = list[str](), 0
    for at, end, phrase in phrases:
        parts += [text[done:at], _BETWEEN_PIECES.sub("_", phrase)]
        done = end
    return "".join([*parts, text[done:]])


def without_overlaps(found: list[Phrase]) -> list[Phrase]:
    """Return the phrases of which none overlaps another: the one that begins first, the longest."""
    apart: list[Phrase] = []
    for phrase in sorted(found, key=lambda each: (each.at, -each.end)):
        if not apart or phrase.at >= apart[-1].end:
            apart.append(phrase)
    return apart


def _is_long(phrase: str) -> bool:
    """Return whether a name is longer than a count, or than a word of prose may be."""
    if any(map(str.isalpha, phrase)):
        return len(phrase) >= _LEAST
    return sum(map(str.isdigit, phrase)) >= _LEAST_DIGITS


_DECORATION = re.compile(
    r"[ \t]*(?:(?:>+|[-*•◦▪‣–—·・]|\d{1,3}[.)]|\[[ xX]?\]|[☐☑✅❌🔴🟠🟢])(?=\s)\s*)+"
    r"|[ \t]*[>•◦▪‣·・]+\s*"
)
_LINES = re.compile(r"\S.*")
_BETWEEN = re.compile(r"[,;|\t]|\s(?:and|und|et|y|&|\+)(?=\s)")
_TOKEN = re.compile(r"\w[\w.:\-/+@#]*|89\d\d[\d ]+\d")
_LIKE_A_NAME = re.compile(r"(?=.*[^\W\d_])(?=.*\d)")
_NO_SIM = re.compile(
    r"""(?ix) \d{1,4}[-/.]\d{1,2}[-/.]\d{1,4} .*   # a date, and what follows it
      | \d{1,2}:\d\d .*                            # a time
      | \+?[\d\s()/.-]+                            # a phone number, a count, an address
      | 0x[\da-f]+ | (?:a|at|b|ch|d|de|f|fr|i|l|nl|pl)-\d{4,5}   # a code, where a town is
      | \d+[.,]\d+ %? | \d+%                       # a price, a share
      | \d[\d.,]*e[+-]?\d+ | at[+\#^%!&][a-z]+.*  # a rounded number, a modem's command
      | [vr]?\d+ (?:[._]\d+)+ (?:[a-z-]\w*)?       # a version
      | -?\d+ (?:ms|s|m|min|h|d|w|k|kb|mb|gb|x|st|nd|rd|th|db|dbm|v|c|g)
      | [\w.+-]+@[\w.-]+ | \S+://\S+ | /\S+
      | (?:[\da-f]{2}[:-]){5}[\da-f]{2} | [\da-f]*:[\da-f:]*:[\da-f:.]*
      | (?=\d*[a-f]+\d)[\da-f]{7,} | [\da-f]{8}-[\da-f]{4}-[\da-f-]+
      | \d{4}-\d\d-\d\dT\S* | (?:imei|iccid|imsi|eid|msisdn)_?\d
      | (?:jira|ops|inc|incident|tkt|ticket|case|chg|change|req|ritm|prb|task|bug|issue|cve|rfc|err
        |supp?|support|helpdesk|zd|sre|noc|pr|mr|gh) [-_\#]? \d[\d-]*   # a ticket
      | (?:af|ap|ca|cn|eu|il|me|mx|sa|us)-[a-z]{4,9}-?\d (?:-?[a-f])?   # where a cloud is
      | (?:rssi|rsrp|rsrq|sinr|snr|csq|mcc|mnc|lac|tac|cid|pci|earfcn|band|seq|qos|port|pid|cause
        |fw|ver|bat|battery|temp|volt|lat|lon|uptime|status|code) [:=_-]* [-+]?\d[\w.%]*
      | (?:po|pod|deploy|deployment|rs|replicaset|ds|daemonset|sts|statefulset|job|cronjob|svc
        |service|node|ns|namespace|container|ingress|pvc?)s? / \S+   # of Kubernetes
      | n/?a | none | null | nil | nan | unknown """
)
_HEAD = re.compile(r"([\w.-]+)(?::| ?(?:->|→|–|—)| [-=]) ")
_PARTIAL = re.compile(r"89\d\d[\d ]*\d")


class Item(NamedTuple):
    """One item of a list, without what decorates it."""

    at: int
    end: int
    text: str
    is_heading: bool = False

    @property
    def is_word(self) -> bool:
        """Whether it may be the name of a SIM that nobody knows, by its look."""
        return _is_word(self.text)

    @property
    def is_like_a_name(self) -> bool:
        """Whether it is such a word with letters and digits in it, or the beginning of an ICCID."""
        like = _LIKE_A_NAME.match(self.text) or _PARTIAL.fullmatch(self.text)
        return self.is_word and bool(like)

    @property
    def head(self) -> "Item | None":
        """What looks like a name and has something said of it, as in `pump-9: down`."""
        found = _HEAD.match(self.text)
        item = found and Item(self.at, self.at + found.end(1), found[1])
        return item if item and item.is_like_a_name else None

    @property
    def is_silent(self) -> bool:
        """Whether it says nothing: a time, a count, a word as they stand around any SIM."""
        words = self.text.split()
        return is_no_sim(self.text) or all(
            is_filler_word(strip_punctuation(word)) for word in words
        )


@lru_cache(maxsize=1024)
def _is_word(item: str) -> bool:
    fits = _TOKEN.fullmatch(item) and not is_filler_word(item)
    return bool(fits) and (not is_no_sim(item) or bool(_PARTIAL.fullmatch(item)))


def is_no_sim(item: str) -> bool:
    """Return whether an item is a date, a time, a phone number, a count, an address."""
    return _NO_SIM.fullmatch(item) is not None


def items_in(text: str, tables: list[PastedTable]) -> list[Item]:
    """Return the items of a text outside of its tables, a line or what is parted by commas each.

    None where they are too many for a list of SIMs. What ends with a colon, or stands without a
    bullet among lines that have one, is a heading.
    """
    found: dict[bool, list[Item]] = {True: [], False: []}
    if len(_LINES.findall(text)) > _MOST_ITEMS:
        return []
    for at, line in _lines_beside(text, tables):
        decoration = _DECORATION.match(line)
        skipped = decoration.end() if decoration else 0
        found[skipped > 0] += islice(_in_a_row(at + skipped, line[skipped:]), _MOST_ITEMS + 1)
        if len(found[True]) + len(found[False]) > _MOST_ITEMS:
            return []
    above = [item._replace(is_heading=True) for item in found[False]] if found[True] else []
    return sorted([*found[True], *(above or found[False])])


def _lines_beside(text: str, tables: list[PastedTable]) -> Iterator[tuple[int, str]]:
    at, left = 0, [*reversed(tables)]
    for line in text.split("\n"):
        while left and left[-1].end <= at:
            left.pop()
        if line and not line.isspace() and not (left and left[-1].start <= at):
            yield at, line
        at += len(line) + 1


def _in_a_row(at: int, line: str) -> Iterator[Item]:
    start = 0
    for end, after in [*(match.span() for match in _BETWEEN.finditer(line)), (len(line), 0)]:
        if start < end:
            yield from _item(at, line, start, end)
        start = after


def _item(at: int, line: str, start: int, end: int) -> Iterator[Item]:
    start += len(line[start:end]) - len(line[start:end].lstrip())
    text = strip_punctuation(line[start:end].strip())
    words = text.split()
    if len(words) > 1 and all(_stands_alone(strip_punctuation(word)) for word in words):
        for word in map(strip_punctuation, words):
            start = line.find(word, start)
            yield Item(at + start, at + start + len(word), word)
    elif text:
        is_heading = line[start:end].rstrip().endswith(":")
        yield Item(at + start, at + end, text, is_heading)


def _stands_alone(word: str) -> bool:
    """Return whether a word has letters and digits: several of those in a row are a list."""
    is_name = len(word) <= _LONGEST_NAME and _TOKEN.fullmatch(word) and _LIKE_A_NAME.match(word)
    return bool(is_name) and not is_no_sim(word)


_TO = r"(?: (?:there|bot|simsessions|all|everyone|again|so much|very much|a lot|you))*"
_HELLO = re.compile(
    rf"(?:hello|hi|hiya|hey|howdy|good (?:morning|afternoon|evening|day)|hola){_TO}"
)
_THANKS = re.compile(
    rf"(?:ok(?:ay)?,? |great,? )?(?:thanks|thank|thx|ty|cheers|gracias|much appreciated){_TO}"
)
_AROUND = {
    "a", "about", "again", "alive", "also", "an", "and", "any", "are", "at", "back", "be",
    "can", "cannot", "check", "could", "dead", "device", "did", "do", "does", "doing", "down",
    "for", "has", "have", "hello", "help", "hey", "hi", "how", "i", "iccid", "imei", "in", "is",
    "it", "it's", "its", "look", "me", "modem", "my", "no", "not", "now", "of", "offline", "ok",
    "on", "online", "our", "out", "please", "pls", "plz", "quick", "quickly", "report", "right",
    "see", "show", "sid", "sim", "sims", "state", "status", "still", "thanks", "that", "the",
    "there", "this", "to", "today", "up", "us", "was", "we", "went", "what", "what's", "whats",
    "when", "where", "which", "who", "why", "with", "working", "would", "yes", "you",
}  # fmt: skip


def is_greeting(text: str) -> bool:
    """Return whether somebody says hello, and nothing else."""
    return _HELLO.fullmatch(_said(text)) is not None


def is_thanks(text: str) -> bool:
    """Return whether somebody says thanks, and nothing else."""
    return _THANKS.fullmatch(_said(text)) is not None


_APART = re.compile(r"[\s,;]+")


def words_besides(text: str, sim: str) -> list[str]:
    """Return the words that stand beside the SIM in a text, or beside the link that names it.

    None where it does not stand there.
    """
    before, found, after = plain(text).partition(plain(sim))
    beginning, _, link = before.rpartition(" ")
    if found and "://" in link:
        before, after = beginning, after.partition(" ")[2]
    again = rf"(?<!\w){re.escape(found)}(?!\w)"
    around = _APART.split(f"{before} {re.sub(again, ' ', after)}") if found else ()
    words = map(strip_punctuation, around)
    return [word for word in words if any(map(str.isalnum, word))]


def is_filler_word(word: str) -> bool:
    """Return whether a word is one of those that stand around a SIM in any sentence."""
    return name_key(word) in _AROUND


def _said(text: str) -> str:
    return re.sub(r"[^\w ,]+$", "", name_key(text)).strip(" ,_")
