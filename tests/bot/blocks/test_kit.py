"""Builders keep Slack's limits whatever they are given; a screen has its plainer forms."""

import pytest

from bot.blocks import kit
from bot.blocks.kit import (
    INPUT_TEXT,
    NOTHING,
    Choice,
    Degradable,
    Screen,
    clean,
    context,
    cut,
    divider,
    escape,
    external_select,
    fields,
    input_block,
    modal,
    plain,
    screen,
    section,
    select,
    sentence,
    text_input,
    unbroken,
)
from bot.blocks.subscriptions import conversation_select, time_picker
from bot.emulators.slack.blocks.whole import blocks_faults, view_faults
from bot.slack.posting import ALL_BLOCKS
from tests.bot.blocks.reports import HOSTILE

LONG = "x<&>" * 1000  # more than Slack takes anywhere


@pytest.mark.parametrize(
    "blocks",
    [
        [kit.section(LONG)],
        [kit.section(LONG, kit.button(LONG, "a", LONG, kit.UiState()))],
        [kit.context(*[LONG] * 30)],
        [kit.divider()],
        [kit.actions("row", [kit.button(LONG, f"a{n}", LONG) for n in range(40)])],
        [kit.container(LONG, [kit.section(LONG)] * 30)],
        kit.fields([(f"label {n}", LONG) for n in range(33)]),
    ],
)
def test_limits(blocks):
    """Whatever goes in, Slack takes what comes out."""
    assert [] == blocks_faults(blocks, "message")


def test_what_a_screen_reader_says_has_the_label():
    """Whoever speaks to the screen says what stands on the button."""
    named = (
        ("Stop", "Stop watching"),
        ("Hand over…", "Hand it over"),
        ("Details", "Details of it"),
    )
    labels = [kit.button(*each)["accessibility_label"] for each in ((n, "a", d) for n, d in named)]

    assert ["Stop watching", "Hand over: Hand it over", "Details of it"] == labels


def test_what_builders_add():
    """Fields keep all, a modal is cut, no key is empty, and Slack looks for no links in words."""
    sections = kit.fields([(str(n), str(n)) for n in range(23)])

    assert [10, 10, 3] == [len(block["fields"]) for block in sections]

    view = kit.modal("id", LONG, [kit.divider()] * 120)

    assert [] == view_faults(view, ("modal",))

    button = kit.button("Map", "map", "Map of the tower", url="https://a.example")

    assert "value" not in button
    assert "https://a.example" == button["url"]

    assert kit.mrkdwn("www.example.com")["verbatim"] is True


TWO = (Choice("a", "First"), Choice("b", "Second"))
ELEMENTS = [
    text_input("truck-42"),
    text_input("x\ny", lines=True, example="one a line"),
    text_input("x" * (INPUT_TEXT + 1)),
    text_input(""),
    select("static_select", TWO, "b"),
    select("static_select", TWO, "c", example="Choose"),
    select("radio_buttons", TWO, "a"),
    select("static_select", [Choice(str(n), "x" * 99) for n in range(150)], "149"),
    external_select(Choice("UTC", "UTC")),
    external_select(None, example="Europe/Berlin"),
    time_picker("09:00"),
    time_picker(""),
    conversation_select("C1", ("public", "private")),
    conversation_select("", ("im",)),
]


@pytest.mark.parametrize("element", ELEMENTS, ids=str)
def test_slack_takes_it(element):
    """Every input keeps Slack's limits, whatever it is made of."""
    more = {"hint": "Hint" * 600, "optional": True, "notifies": True}
    block = input_block("here", "Label" * 500, element, **more)
    view = modal("x", "Title", [block]) | {"submit": plain("Save", 24)}

    assert [] == view_faults(view, ("modal",))


@pytest.mark.parametrize(
    ("element", "key", "expected"),
    [
        (text_input("truck-42"), "initial_value", "truck-42"),
        (select("static_select", TWO, "b"), "initial_option", "b"),
        (external_select(Choice("UTC", "UTC")), "initial_option", "UTC"),
        (time_picker("09:00"), "initial_time", "09:00"),
        (conversation_select("C1", ("public",)), "initial_conversation", "C1"),
    ],
)
def test_what_is_filled_in_already(element, key, expected):
    """A value that is known stands there when the window opens."""
    found = element[key]

    assert expected == (found["value"] if isinstance(found, dict) else found)


BLANK = [text_input(""), external_select(None), time_picker(""), conversation_select("", ("im",))]
BLANK += [select("static_select", TWO, value) for value in ("", "gone")]


@pytest.mark.parametrize("element", BLANK)
def test_what_is_not_filled_in(element):
    """Where nothing is known, nothing stands there."""
    assert [] == [key for key in element if key.startswith("initial_")]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("pump-7", "pump-7"),
        ("truck_42_b", "truck_42_b"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("<@U1>", "&lt;@U1&gt;"),
        ("a & b", "a &amp; b"),
        ("&lt;", "&amp;lt;"),
        ("*b*", "∗b∗"),
        ("_s_", "ˍsˍ"),
        ("~x~ `y`", "∼x∼ ˋyˋ"),
        ("one\r\ntwo\tthree", "one two three"),
        ("\x1b[31mred", "[31mred"),
        ("\u202eab\u2066c", "abc"),
        ("a\u2028b", "a b"),
        ("\u200b\u202e", "(blank)"),
        ("", "(blank)"),
        ("x" * 81, "x" * 79 + "…"),
        ("\ud800!", "�!"),
        ("Überwachung 🚚 ١٢٣", "Überwachung 🚚 ١٢٣"),
    ],
)
def test_escape(typed, shown):
    """Text is shown as it is, without what Slack would act upon."""
    assert shown == escape(typed)


@pytest.mark.parametrize("name", HOSTILE)
def test_escape_leaves_nothing_to_act_upon(name):
    """No hostile name keeps a mark, a line end or an unencodable character."""
    shown = escape(name)

    assert not set("<>*~`\n\r\x1b\u202e") & set(shown)
    assert shown.encode()
    assert len(clean(name)) <= 80


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("short", 10, "short"),
        ("0123456789", 10, "0123456789"),
        ("0123456789a", 10, "012345678…"),
        ("see <https://a.example|a>", 12, "see …"),
        ("a &amp; b", 5, "a …"),
        ("<a> &amp; b", 9, "<a> …"),
    ],
)
def test_cut(text, limit, shown):
    """Finished mrkdwn is shortened without leaving half a token."""
    assert shown == cut(text, limit)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("I read `pmp-7` as a name.", "I read `pmp-7` as a name."),
        ("I read `a*b_<!here>`.", "I read `a*b_&lt;!here&gt;`."),
        ("an *odd* ` tick", "an ∗odd∗ ˋ tick"),
        ("`a` <@U1> `b`", "`a` &lt;@U1&gt; `b`"),
    ],
)
def test_sentence(said, shown):
    """An error's sentence keeps its code spans and nothing else."""
    assert shown == sentence(said)


PLAIN_TABLE = {"type": "table"}
TEXT = section("text")


def test_limits_of_a_screen():
    """A text is cut, None is no part, and at most 50 blocks are sent, counted in plainer form."""
    drawn = screen("t" * 5000, [None, *[divider()] * 60])

    assert (4000, 50) == (len(drawn.text), len(drawn.blocks))

    many = Degradable("new", [{"type": "new"}], lambda: [divider()] * 60)

    assert 2 == len(Screen("", [many, TEXT]).blocks)
    assert [divider()] * 50 == Screen("", [many, TEXT]).without(frozenset({"new"})).blocks


FORMS = Degradable("new", [{"type": "new"}], lambda: [
    TEXT, Degradable("table", [PLAIN_TABLE], lambda: [divider()])
])  # fmt: skip


@pytest.mark.parametrize(
    ("refused", "kinds"),
    [
        ((), ["new", "section"]),
        (("table",), ["new", "section"]),
        (("new",), ["section", "table", "section"]),
        (("new", "table"), ["section", "divider", "section"]),
    ],
)
def test_each_form_is_drawn_where_the_richer_ones_are_refused(refused, kinds):
    """A plainer form may have plainer forms itself; what has none stays."""
    drawn = Screen("title", [FORMS, TEXT]).without(frozenset(refused))

    assert kinds == [block["type"] for block in drawn.blocks]
    assert "title" == drawn.text


def test_the_lowest_rung_is_text():
    """Where no block may be used, all words of the blocks stand in the text."""
    blocks = [TEXT, *fields([("Label", "value")]), context("small", "print"), divider()]
    drawn = Screen("title", blocks)

    assert Screen("text\n*Label* value\nsmall\nprint", []) == drawn.without(ALL_BLOCKS)
    assert drawn == drawn.without(NOTHING)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("since 9 h 31 min, on LTE", "since 9_h_31_min, on LTE"),
        ("51 min 4 s ago; 2 d 3 h; 86 % of 1 000 MB", "51_min_4_s ago; 2_d_3_h; 86_% of 1 000_MB"),
        ("· ↑ 1 442 ↓ unknown · ≈ 25.687, -100.316", "· ↑_1 442 ↓_unknown · ≈_25.687, -100.316"),
        ("`watch pump-7 2 h` for 2 h", "`watch pump-7 2 h` for 2_h"),
        ("```up 3 h\n4 h```", "```up 3 h\n4 h```"),
        ("<https://x.example/4 h|4 h>", "<https://x.example/4 h|4 h>"),
        ("4 hours in 2 SIMs, dock 4/b is 1 of 3", "4 hours in 2 SIMs, dock 4/b is 1 of 3"),
    ],
)
def test_a_number_and_its_unit_stay_on_one_line(text, shown):
    """What is to be copied, and what is no unit, keeps its spaces."""
    assert shown.replace("_", "\u00a0") == unbroken(text)
