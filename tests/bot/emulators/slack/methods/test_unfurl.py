"""chat.unfurl and the events that ask for it."""

import pytest

from tests.bot.emulators.slack.kit import ANA, FLEET, PRIVATE, actions, button, refusal, section

SIM = "https://console.example.com/sims/DE1"
OTHER = "https://example.com/sims/DE2"
SHOWN = {"blocks": [section("truck-42")]}


@pytest.fixture
def workspace(workspace):
    """A workspace whose app asked for the links of one domain."""
    workspace.unfurl_domains = ("example.com",)
    return workspace


@pytest.fixture
def links(web, api):
    """The client, with the scopes for links."""
    api.scopes |= {"links:read", "links:write"}
    return web


@pytest.fixture
async def shared(app, api, workspace, links):
    """A message with two links of ours; the event that told of it."""
    await workspace.say("ana", FLEET, f"see {SIM} and {OTHER}, not https://example.org/x")
    await api.dispatcher.settled()
    return app.last["event"]


async def test_links_of_the_apps_domains_are_told(shared, workspace):
    """The event names who, where, in which message, and each link with its domain."""
    (message,) = workspace.messages.all()

    told = {
        "type": "link_shared", "user": ANA, "channel": FLEET, "message_ts": message.ts,
        "source": "conversations_history", "is_bot_user_member": True,
    }  # fmt: skip
    assert told.items() <= shared.items()
    both = [{"url": url, "domain": "example.com"} for url in (SIM, OTHER)]
    assert both == shared["links"]


async def test_links_are_told_where_the_app_is_not(app, api, workspace, links):
    """Previews need no membership; the event says that there is none."""
    await workspace.say("ana", PRIVATE, SIM)
    await api.dispatcher.settled()

    assert (PRIVATE, False) == tuple(
        app.last["event"][key] for key in ("channel", "is_bot_user_member")
    )


@pytest.mark.parametrize(
    ("text", "scopes"),
    [("https://example.org/x", {"links:read"}), ("example.com", {"links:read"}), (SIM, {"chat"})],
    ids=["foreign", "no-link", "no-scope"],
)
async def test_other_links_are_not_told(app, api, workspace, text, scopes):
    """Only links of the app's domains, and only with links:read."""
    api.scopes = frozenset(scopes)

    await workspace.say("ana", FLEET, text)
    if text != SIM:
        assert await workspace.compose("ana", FLEET, text) is None
    await api.dispatcher.settled()

    assert [] == app.seen


@pytest.mark.parametrize("by", ["channel", "unfurl_id"])
async def test_a_preview_stands_under_the_message(links, shared, workspace, by):
    """Named by channel and ts or by unfurl_id; the same link a second time replaces the first."""
    target = {"unfurl_id": shared["unfurl_id"], "source": shared["source"]}
    if by == "channel":
        target = {"channel": shared["channel"], "ts": shared["message_ts"]}
    for _ in range(2):
        await links.chat_unfurl(**target, unfurls={SIM: SHOWN})

    (message,) = workspace.messages.all()
    (preview,) = message.attachments
    assert (SIM, True) == (preview["from_url"], preview["is_app_unfurl"])
    assert "truck-42" == preview["blocks"][0]["text"]["text"]
    assert message.edited_ts is None


async def test_a_click_in_a_preview_says_so(app, links, shared, workspace):
    """The container is the attachment, and the preview comes with it."""
    drawn = {"blocks": [actions(button())]}
    target = {"channel": shared["channel"], "ts": shared["message_ts"]}
    await links.chat_unfurl(**target, unfurls={SIM: drawn})

    await workspace.click("ana", shared["message_ts"], "buttons", "go")

    told = {"type": "message_attachment", "is_app_unfurl": True, "app_unfurl_url": SIM}
    assert told.items() <= app.last["container"].items()
    assert SIM == app.last["app_unfurl"]["from_url"]


async def test_what_is_composed_gets_its_previews_before_it_is_sent(app, api, links, workspace):
    """The event's source is the composer; what was shown is sent along, and not asked for again."""
    unfurl_id = await workspace.compose("ana", FLEET, f"see {SIM}")
    await api.dispatcher.settled()
    event = app.last["event"]
    with workspace.subscribe() as changes:
        await links.chat_unfurl(unfurl_id=unfurl_id, source="composer", unfurls={SIM: SHOWN})
        change = await anext(changes)
    app.seen.clear()
    message = await workspace.say("ana", FLEET, f"see {SIM}")
    await api.dispatcher.settled()

    assert ("COMPOSER", "composer", unfurl_id) == tuple(
        event[key] for key in ("channel", "source", "unfurl_id")
    )
    assert ("previews", ANA) == (change.kind, change.only_for)
    assert [SIM] == [preview["from_url"] for preview in message.attachments]
    assert [] == app.seen


async def test_wrong_previews_are_refused(links, shared, workspace):
    """Each has its own error, and nothing is shown."""
    for changes, error in (
        ({"unfurls": {}}, "missing_unfurls"),
        ({"unfurls": []}, "missing_unfurls"),
        ({"unfurls": ["x"]}, "invalid_unfurls_format"),
        ({"unfurls": "{"}, "invalid_unfurls_format"),
        ({"unfurls": {SIM: {}}}, "cannot_parse_attachment"),
        ({"unfurls": {SIM: {"block": []}}}, "cannot_parse_attachment"),
        ({"unfurls": {SIM: {"blocks": [{"type": "section"}]}}}, "invalid_blocks"),
        ({"unfurls": {"https://example.com/none": SHOWN}}, "cannot_unfurl_url"),
        ({"ts": "1700000000.000000"}, "cannot_unfurl_message"),
        ({"channel": "C0PARTNER"}, "cannot_unfurl_message"),
        ({"ts": ""}, "missing_ts"),
        ({"channel": ""}, "missing_channel"),
        ({"unfurl_id": "x"}, "missing_source"),
        ({"unfurl_id": "x", "source": "elsewhere"}, "invalid_source"),
        ({"unfurl_id": "x", "source": "composer"}, "invalid_unfurl_id"),
        ({"unfurl_id": "x", "source": "conversations_history"}, "invalid_unfurl_id"),
    ):
        args = {"channel": FLEET, "ts": shared["message_ts"], "unfurls": {SIM: SHOWN}} | changes

        assert error == await refusal(links.api_call("chat.unfurl", json=args)), (changes, error)
        assert () == workspace.messages.all()[0].attachments, (changes, error)
