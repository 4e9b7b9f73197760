"""Messages with every block and element that the page draws, as an app might post them."""

import base64
from typing import Any

Block = dict[str, Any]

MOMENT = 1_767_614_520  # 2026-01-05 12:02 UTC


def plain(text: str) -> Block:
    """Return a plain_text object."""
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Block:
    """Return a mrkdwn object."""
    return {"type": "mrkdwn", "text": text}


def section(text: str, **more: object) -> Block:
    """Return a section of mrkdwn."""
    return {"type": "section", "text": mrkdwn(text), **more}


def button(text: str, action: str, **more: object) -> Block:
    """Return a button."""
    return {"type": "button", "text": plain(text), "action_id": action, "value": text, **more}


def options(*names: str) -> list[Block]:
    """Return options whose values are their texts."""
    return [{"text": plain(name), "value": name} for name in names]


REPORT: list[Block] = [
    section(
        "🟢 *truck-42 is online* — T-Mobile USA on LTE, since "
        f"<!date^{MOMENT}^{{time}}|2026-01-05 12:02 UTC> (3 h), updated 4 min ago"
    ),
    section(
        "✅ The network side is healthy: 246 packets up, 296 down in this session. "
        "If the device looks down, look at the server or the application."
    ),
    {
        "type": "section",
        "fields": [
            mrkdwn("*Operator*\nT-Mobile USA · 310-260 · 🇺🇸 USA"),
            mrkdwn("*Radio*\nLTE"),
            mrkdwn("*Cell*\n310-260-40482-1243"),
            mrkdwn("*Place*\n<https://maps.example/?q=37.883,-122.368|≈ 37.883, -122.368> (tower)"),
            mrkdwn("*Packets*\n↑ 246   ↓ 296"),
            mrkdwn("*IMEI*\n01493100-012970-0"),
        ],
    },
    {"type": "divider"},
    {
        "type": "context",
        "elements": [mrkdwn("SIM `DE0a…31f` · ICCID 8901 2600 … 4567 · active · read 12 s ago")],
    },
    {
        "type": "actions",
        "block_id": "report",
        "elements": [
            button("Refresh", "refresh"),
            button("Share to channel", "share", style="primary"),
            button(
                "Reset",
                "reset",
                style="danger",
                confirm={
                    "title": plain("Reset the SIM?"),
                    "text": mrkdwn("It loses its *session* for a minute."),
                    "confirm": plain("Reset"),
                    "deny": plain("Cancel"),
                    "style": "danger",
                },
            ),
            button("Map", "map", url="https://maps.example/?q=37.883,-122.368"),
            {"type": "overflow", "action_id": "more", "options": options("History", "Raw")},
        ],
    },
]

CHOICES: list[Block] = [
    {"type": "header", "text": plain("Everything to choose from :gear:")},
    section(
        "An accessory",
        block_id="accessory",
        accessory={
            "type": "static_select",
            "action_id": "window",
            "placeholder": plain("Window"),
            "options": options("1 day", "7 days", "30 days"),
        },
    ),
    {
        "type": "actions",
        "block_id": "choices",
        "elements": [
            {
                "type": "checkboxes",
                "action_id": "ticks",
                "options": options("Sessions", "Usage"),
                "initial_options": options("Usage"),
            },
            {"type": "radio_buttons", "action_id": "radio", "options": options("LTE", "3G")},
            {"type": "datepicker", "action_id": "day", "initial_date": "2026-01-05"},
            {"type": "timepicker", "action_id": "time", "placeholder": plain("Time")},
            {"type": "users_select", "action_id": "who", "placeholder": plain("Whom to tell")},
            {"type": "channels_select", "action_id": "where", "placeholder": plain("Where")},
        ],
    },
]

TEXTS: list[Block] = [
    section(
        "*bold* _italic_ ~struck~ `code <b>` *_both_* snake_case_stays 2*3*4 "
        "&lt;not a tag&gt; &amp; &amp;amp; "
        "<https://example.org/a?b=1&amp;c=2|a link> https://bare.example/x. "
        ":warning: :flag-us: 12:30:45 <@U0BEN0001> <#C0GENERAL> <!here>\n"
        "&gt; a quote\n> of two lines\nafter it\n```pre *not bold*\n  indented```"
    ),
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "rich ", "style": {"bold": True}},
                    {"type": "text", "text": "text", "style": {"italic": True, "strike": True}},
                    {"type": "text", "text": " by "},
                    {"type": "user", "user_id": "U0ANA0001"},
                    {"type": "text", "text": " in "},
                    {"type": "channel", "channel_id": "C0GENERAL"},
                    {"type": "text", "text": " "},
                    {"type": "emoji", "name": "truck"},
                    {"type": "text", "text": " "},
                    {"type": "link", "url": "https://example.org", "text": "link"},
                    {"type": "text", "text": " "},
                    {
                        "type": "date",
                        "timestamp": MOMENT,
                        "format": "{date_num} {time_secs}",
                        "fallback": "then",
                    },
                ],
            },
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]},
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "two"}]},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "ordered",
                "indent": 1,
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "first"}]}
                ],
            },
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "quoted"}]},
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "$ raw"}]},
        ],
    },
    {
        "type": "markdown",
        "text": "## Heading\n\nSome **bold**, *italic*, ~~struck~~ and `code`, "
        "a [link](https://example.org).\n\n"
        "- one\n- two\n  - nested\n\n1. first\n2. second\n\n> quoted\n\n"
        "| SIM | State |\n|---|---|\n| pump-7 | offline |\n\n```python\nprint(1 < 2)\n```\n",
    },
]

HEAD = ("Start", "Operator", "Radio", "Up", "Down")
ROWS = [
    ("2026-01-05 12:02", "T-Mobile USA", "LTE", 246, 296),
    ("2026-01-04 09:11", "Telcel", "3G", 9, 12),
    ("2026-01-03 18:40", "AT&T", "LTE", 1246, 1310),
    ("2026-01-02 07:05", "Telcel", "3G", 100, 96),
    ("2026-01-01 00:15", "T-Mobile USA", "LTE", 80, 77),
    ("2025-12-31 21:59", "Rogers", "LTE", 20, 22),
    ("2025-12-30 12:00", "T-Mobile USA", "LTE", 3, 4),
]


def text_cell(text: str) -> Block:
    """Return a cell of raw text."""
    return {"type": "raw_text", "text": text}


def cell(value: str | int) -> Block:
    """Return a cell of raw text, or of a number."""
    if isinstance(value, str):
        return text_cell(value)
    return {"type": "raw_number", "value": value, "text": f"{value:,}"}


DATA_TABLE: list[Block] = [
    {
        "type": "data_table",
        "caption": "Sessions of truck-42",
        "page_size": 5,
        "row_header_column_index": 0,
        "rows": [[text_cell(name) for name in HEAD], *([cell(v) for v in row] for row in ROWS)],
    }
]

TABLE: list[Block] = [
    {
        "type": "table",
        "column_settings": [{"is_wrapped": True}, {"align": "center"}, {"align": "right"}],
        "rows": [
            [text_cell("SIM"), text_cell("State"), text_cell("Sessions")],
            [text_cell("pump-7"), text_cell("🔴 offline"), cell(12)],
            [text_cell("truck-42"), text_cell("🟢 online"), cell(212)],
        ],
    }
]

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def chart(kind: str, title: str, **series: tuple[float, ...]) -> Block:
    """Return a chart with axes over the days of a week."""
    told = [
        {"name": name, "data": [{"label": d, "value": v} for d, v in zip(DAYS, data, strict=True)]}
        for name, data in series.items()
    ]
    axes = {"categories": list(DAYS), "x_label": "Day", "y_label": "Packets"}
    return {
        "type": "data_visualization",
        "title": title,
        "chart": {"type": kind, "series": told, "axis_config": axes},
    }


UP = (120, 340, 260, 410, 380, 90, 60)
DOWN = (150, 300, 310, 390, 420, 130, 70)
LINES = [
    chart("line", "Packets a day", Up=UP, Down=DOWN),
    chart("bar", "Packets a day", Up=UP, Down=DOWN),
]
AREAS: list[Block] = [
    chart("area", "Change against last week", Up=(-20, 40, 10, -35, 60, 5, 0)),
    {
        "type": "data_visualization",
        "title": "Sessions by operator",
        "chart": {
            "type": "pie",
            "segments": [
                {"label": "T-Mobile USA", "value": 152},
                {"label": "Telcel", "value": 48},
                {"label": "AT&T", "value": 12},
            ],
        },
    },
]

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
PIXELS = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='320' height='90'%3E"
    "%3Crect width='320' height='90' fill='%230b6b63'/%3E%3C/svg%3E"
)
BOXES: list[Block] = [
    {
        "type": "container",
        "title": plain("2 more findings"),
        "is_collapsible": True,
        "default_collapsed": True,
        "child_blocks": [section("🟠 *Radio fell back to 3G.*"), section("→ Check the antenna.")],
    },
    {
        "type": "container",
        "title": plain("A box"),
        "subtitle": mrkdwn("with a *subtitle*"),
        "has_header_divider": True,
        "width": "narrow",
        "child_blocks": [section("What is in it"), {"type": "divider"}],
    },
    {
        "type": "card",
        "title": mrkdwn("*gateway-3*"),
        "subtitle": mrkdwn("Oakland"),
        "body": mrkdwn("Always on."),
        "actions": [button("Open", "open-card")],
    },
    {
        "type": "image",
        "image_url": PIXELS,
        "alt_text": "A green bar: online the whole day",
        "title": plain("Timeline"),
    },
    {"type": "image", "image_url": "https://elsewhere.example/map.png", "alt_text": "A map"},
]

SEARCH: list[Block] = [
    {
        "type": "actions",
        "block_id": "search",
        "elements": [
            {
                "type": "external_select",
                "action_id": "sim",
                "min_query_length": 2,
                "placeholder": plain("Which SIM"),
            },
            {
                "type": "multi_static_select",
                "action_id": "networks",
                "placeholder": plain("Networks"),
                "options": options("Telcel", "AT&T"),
            },
        ],
    }
]

MESSAGES: dict[str, list[Block]] = {
    "truck-42 is online on T-Mobile USA.": REPORT,
    "Everything to choose from.": CHOICES,
    "Search.": SEARCH,
    "Texts.": TEXTS,
    "Boxes.": BOXES,
    "A table.": TABLE,
    "Sessions of truck-42.": DATA_TABLE,
    "Charts with axes.": LINES,
    "More charts.": AREAS,
}

MODAL: Block = {
    "type": "modal",
    "callback_id": "watch",
    "title": plain("Watch a SIM"),
    "submit": plain("Watch"),
    "close": plain("Not now"),
    "blocks": [
        {"type": "alert", "level": "warning", "text": plain("It pings at most once.")},
        section("*truck-42* is online now."),
        {
            "type": "input",
            "block_id": "until",
            "label": plain("Until"),
            "element": {
                "type": "static_select",
                "action_id": "state",
                "options": options("online", "offline"),
                "initial_option": options("online")[0],
            },
        },
        {
            "type": "input",
            "block_id": "why",
            "label": plain("Why"),
            "hint": plain("The channel reads it."),
            "element": {"type": "plain_text_input", "action_id": "text", "max_length": 80},
        },
        {
            "type": "input",
            "block_id": "how",
            "optional": True,
            "label": plain("How"),
            "element": {
                "type": "checkboxes",
                "action_id": "ways",
                "options": options("Ping me", "Post a chart"),
            },
        },
    ],
}
