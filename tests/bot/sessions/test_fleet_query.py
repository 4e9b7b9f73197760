"""Questions about a fleet: how they are read, and which SIMs fit."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.fleet import fleet_headline, small_print
from bot.blocks.format import PLAIN
from bot.diagnosis.evidence import State
from bot.sessions.fleet_query import (
    FleetQuery,
    MisreadQuery,
    SimFacts,
    nearest_fleet_query,
    parse_fleet_query,
)
from bot.sessions.snapshot import Snapshot
from bot.sessions.triage import FleetAnswer, FleetCollector, FleetRow, StaleReports
from bot.sims.identifier import matcher, name_key
from bot.struct import replace

DAYS = timedelta(days=2)
OFF = FleetQuery(state="offline")
READ = (
    ("pump-*", FleetQuery("pump-*")),
    ("pump-?", None),  # a question mark
    ("pump-?0", FleetQuery("pump-?0")),
    ("pump-[12]", FleetQuery("pump-[12]")),
    *((f"pump-{star}", FleetQuery("pump-*")) for star in "∗＊⁎✱﹡✳"),
    ("*", FleetQuery("*")),
    ("*mp-7*", FleetQuery("*mp-7*")),
    ("show (pump-*)", FleetQuery("pump-*")),
    ("offline", OFF),
    ("OFFLINE?", OFF),
    ("which SIMs are offline?", OFF),
    ("what is down please", OFF),
    ("silent", OFF),
    ("online", FleetQuery(state="online")),
    ("stale", FleetQuery(state="stale")),
    *((word, FleetQuery(state="blocked")) for word in ("suspended", "deactivated", "canceled")),
    ("offline on Telcel", FleetQuery(state="offline", network="Telcel")),
    ("offline on AT&T Mexico for 2 days", FleetQuery(None, "offline", "AT&T Mexico", None, DAYS)),
    ("on 334-020", FleetQuery(network="334-020")),
    ('on "Telcel" please', FleetQuery(network="Telcel")),
    *((f"silent for {t}", FleetQuery(None, "offline", silent_for=DAYS))
      for t in ("2d", "2 d", "48h", "48 hours", "2days", "２ｄ", "more than 2 days")),
    *((f"offline for {t}", FleetQuery(None, "offline", silent_for=timedelta(hours=hours)))
      for t, hours in (("1 week", 168), ("1w", 168), ("a week", 168), ("about 2 weeks", 336),
                       ("a day", 24), ("an hour", 1), ("half an hour", 0.5))),
    ("plan pumps-mx", FleetQuery(plan="pumps-mx")),
    ("on plan pumps-mx", FleetQuery(plan="pumps-mx")),
    ("new", FleetQuery(is_new=True)),
    ("top", FleetQuery(top=10)),
    ("top 5", FleetQuery(top=5)),
    ("top 5 on Telcel", FleetQuery(network="Telcel", top=5)),
    ("pump-* offline on Telcel", FleetQuery("pump-*", "offline", "Telcel")),
    ("offline pump-*", FleetQuery("pump-*", "offline")),
    ("offline on Telcel pump-*", FleetQuery("pump-*", "offline", "Telcel")),
    ("plan pumps-mx silent for 2d", FleetQuery(None, "offline", None, "pumps-mx", DAYS)),
    *((text, None) for text in (
        "", " ", "pump-7", "truck-42 and well-1 are down", "pump-7?", "'offline'", '"top"', "`new`",
        "8901 2600 1234", "please", "all", "show me", "hello", "DE" + "0" * 32, "a\noffline",
    )),
)  # fmt: skip
MISREAD = (
    ("offline in Mexico", "I understand `offline`, but not `in Mexico`."),
    ("pump-* are broken", "I understand `pump-*`, but not `broken`."),
    ("new york", "I understand `new`, but not `york`."),
    ("offline on", "`on` needs a network"),
    ("plan", "`plan` needs a rate plan"),
    ("silent for ages", "`for` needs a length of time"),
    ("silent for 2", "`for` needs a length of time"),
    ("silent for 90d", "30d is the longest"),
    ("silent for 0d", "write `silent for 1min`, or longer."),
    ("top 0", "write `top 1`, or more."),
    ("top 1000", "at most 100"),
    (f"top {'9' * 5000}", "at most 100"),
    ("online offline", "You asked for `online` and `offline` at once; ask for one of them."),
    ("pump-* well-*", "`pump-*` and `well-*` at once"),
)


def test_a_question_is_read():
    """Any order and case, look-alike asterisks, small words left out; quotes make it a name."""
    for text, expected in READ:
        assert expected == parse_fleet_query(text), text


def test_its_own_words_are_read_as_the_same():
    """What an answer repeats of a question can be typed."""
    for _, query in READ:
        if query:
            assert query == parse_fleet_query(query.words), query


def test_what_is_not_understood_is_said():
    """A text that begins as a question and goes on otherwise says what was read, or is missing."""
    for text, says in MISREAD:
        read = parse_fleet_query(text)

        assert isinstance(read, MisreadQuery), text
        assert says in read.sentence, text


MISSPELT = (
    ("offlin", OFF),
    ("Offlne on Telcel", FleetQuery(state="offline", network="Telcel")),
    ("silnt for 2h", FleetQuery(state="offline", silent_for=timedelta(hours=2))),
    ("pump-* offlne", FleetQuery("pump-*", "offline")),
    ("offline sinse 2d", FleetQuery(state="offline", silent_for=DAYS)),
    ("tops 5", FleetQuery(top=5)),
    ("plann pumps-mx", FleetQuery(plan="pumps-mx")),
    ("suspend", FleetQuery(state="blocked")),
    *((text, None) for text in ("stop", "one", "pump-7", "offline-7", "tell me", "pump-* broken")),
)


def test_what_was_nearly_a_question():
    """A misspelt word of the grammar is mended where the whole is a question then."""
    for text, meant in MISSPELT:
        assert meant == nearest_fleet_query(text), text
        assert not isinstance(parse_fleet_query(text), FleetQuery), text


@given(
    st.text()
    | st.lists(
        st.sampled_from(
            ["on", "for", "plan", "top", "new", "offline", "2", "d", "pump-*", "∗", "x"]
        )
    )
)
def test_any_text_is_read(text):
    """Whatever is typed gives a question, a sentence or nothing, and never an error."""
    text = text if isinstance(text, str) else " ".join(text)

    assert isinstance(parse_fleet_query(text), FleetQuery | MisreadQuery | None)


NOW = 1_000_000.0
DAY = 86_400.0
PUMP = SimFacts("Pump-7", State.OFFLINE, "Telcel", "334-020", "WP1", NOW - 3 * DAY)
FITS = (
    ("pump-*", {}, True),
    ("well-*", {}, False),
    ("p?mp-7", {}, True),
    ("pump-[1-6]", {}, False),
    ("offline", {}, True),
    ("offline", {"state": State.STALE}, True),
    ("offline", {"state": State.NEVER_SEEN}, True),
    ("offline", {"state": State.UNKNOWN}, False),
    ("offline", {"state": State.BLOCKED}, False),
    ("stale", {}, False),
    ("blocked", {"state": State.BLOCKED}, True),
    ("on telcel", {}, True),
    ("on Telcel", {"operator": "TELCEL MEXICO"}, True),
    ("on Telcel", {"operator": None}, False),
    ("on 334020", {}, True),
    ("on 334-02", {}, False),
    ("silent for 2d", {}, True),
    ("silent for 4d", {}, False),
    ("silent for 4d", {"seen_at": None}, False),
    ("silent for 30d", {"seen_at": None, "state": State.NEVER_SEEN}, True),
    ("plan WP1", {}, True),
    ("plan pumps-mx", {}, True),
    ("plan pumps-mx", {"plan": "WP2"}, False),
    ("plan pumps-mx", {"plan": None}, False),
)


def test_which_sims_fit():
    """Names whatever their case, operators by a part of their name; what is unknown never fits."""
    for text, changes, expected in FITS:
        query, sim = parse_fleet_query(text), PUMP._replace(**changes)

        collector = FleetCollector[None](query, datetime.fromtimestamp(NOW, UTC), "WP1")
        if matcher(query.pattern or "*")(name_key(sim.name)):
            collector.add(sim, None, 0)
        assert expected == bool(collector.matched), (text, changes)


def test_what_could_not_be_read_is_in_the_headline():
    """Five that are offline of five that were read must not look like five of all."""
    answer = FleetAnswer(OFF, (), 5, 169, 164, datetime.fromtimestamp(NOW, UTC))
    unread = "SIMs that could be read are offline; 164 could not be read."

    assert f"5 of the 5 {unread}" == fleet_headline(answer, PLAIN)
    none = replace(answer, query=FleetQuery(state="offline", network="Telcel"), matched=0)
    said = "None of the 5 SIMs that could be read is offline, last on Telcel; 164 could"
    assert fleet_headline(none, PLAIN).startswith(said)
    assert "None of 169 SIMs could be read." == fleet_headline(replace(none, unread=169), PLAIN)
    assert [] == [line for line in small_print(answer, 5, answer.as_of, PLAIN) if "164" in line]


def test_what_is_old_is_told_in_the_past():
    """Where nothing is from now; of a part of it the sentence above the table says which."""
    moment = datetime.fromtimestamp(NOW, UTC)
    for sims, verb in ((169, "were"), (168, "are")):
        old = StaleReports(sims, 169, "KORE is down (HTTP 503).", moment, moment)
        answer = FleetAnswer(OFF, (), 5, 169, 0, moment, old=old)

        assert f"5 of 169 SIMs {verb} offline." == fleet_headline(answer, PLAIN)


def test_sleepers_are_told_apart_in_the_headline():
    """A device that is away as usual must not look like one that is missed."""
    moment = datetime.fromtimestamp(NOW, UTC)
    rows = tuple(FleetRow(Snapshot("DE", "tank-8", moment, rests=rests)) for rests in (True, False))
    answer = FleetAnswer(OFF, rows, 2, 169, 0, moment)

    assert "2 of 169 SIMs are offline, 1 of them as usual." == fleet_headline(answer, PLAIN)
