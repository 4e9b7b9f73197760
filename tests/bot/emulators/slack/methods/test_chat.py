"""chat.*: who may write where, what may be written, and to whom it is shown."""

import pytest

from bot.struct import replace
from tests.bot.emulators.slack.kit import (
    ANA,
    BEN,
    BOT,
    DORA,
    FLEET,
    GENERAL,
    PRIVATE,
    actions,
    button,
    refusal,
    section,
)

METADATA = {"event_type": "watch", "event_payload": {"id": 1}}
OTHER = {"event_type": "watch", "event_payload": {"id": 2}}


async def test_a_message_is_written_and_echoed(web, workspace):
    """The answer carries channel, ts and the message with the ids that Slack gave its blocks."""
    content = {"text": "hi", "blocks": [{"type": "divider"}], "metadata": METADATA}
    answer = await web.chat_postMessage(channel=FLEET, **content)

    (message,) = workspace.messages.all()
    assert (FLEET, message.ts) == (answer["channel"], answer["ts"])
    told = {"text": "hi", "user": BOT, "bot_id": "B0SIMSESS"}
    assert told.items() <= answer["message"].items()
    assert "block_id" in answer["message"]["blocks"][0]
    assert "watch" == answer["message"]["metadata"]["event_type"]


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        (GENERAL, "not_in_channel"),
        (PRIVATE, "channel_not_found"),
        ("C0NOTHERE", "channel_not_found"),
        ("#nowhere", "channel_not_found"),
        ("", "channel_not_found"),
        (BOT, "channel_not_found"),
    ],
)
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.postEphemeral"])
async def test_the_bot_writes_only_where_it_is(web, method, channel, error):
    """Outside it gets not_in_channel; of what it may not know, channel_not_found."""
    args = {"channel": channel, "user": ANA, "text": "hi"}

    assert error == await refusal(web.api_call(method, json=args))


@pytest.mark.parametrize(("channel", "where"), [(ANA, "D0ANADM01"), ("#fleet-ops", FLEET)])
async def test_a_channel_may_be_named_otherwise(web, channel, where):
    """A person's id means their direct messages; a name works too."""
    assert where == (await web.chat_postMessage(channel=channel, text="hi"))["channel"]


async def test_with_one_more_scope_public_channels_are_open(web, api):
    """chat:write.public lets the bot write where it was not invited, if that is public."""
    api.scopes |= {"chat:write.public"}

    assert (await web.chat_postMessage(channel=GENERAL, text="hi"))["ok"]
    assert "channel_not_found" == await refusal(web.chat_postMessage(channel=PRIVATE, text="hi"))


async def test_where_the_bot_was_removed_and_where_all_is_archived(web, workspace):
    """It writes no more; in an archived channel nothing changes either."""
    ts = (await web.chat_postMessage(channel=FLEET, text="old"))["ts"]
    place = workspace.channel(FLEET)
    workspace.put_channel(place.without(BOT))
    assert "not_in_channel" == await refusal(web.chat_postMessage(channel=FLEET, text="hi"))

    workspace.put_channel(replace(place, is_archived=True))
    assert "is_archived" == await refusal(web.chat_postMessage(channel=FLEET, text="hi"))
    assert "is_inactive" == await refusal(web.chat_update(channel=FLEET, ts=ts, text="new"))


TABLE, BIG = [{"type": "section"}], {"a": "x" * 8000}


async def test_what_slack_would_not_take_is_refused(web, workspace):
    """Each refusal has its own error, and nothing is written."""
    for content, error in (
        ({}, "no_text"),
        ({"text": ""}, "no_text"),
        ({"text": " \n"}, "no_text"),
        ({"text": "hi", "blocks": TABLE}, "invalid_blocks"),
        ({"text": "hi", "blocks": "[oops"}, "invalid_blocks_format"),
        ({"text": "hi", "blocks": {"type": "divider"}}, "invalid_blocks_format"),
        ({"text": "hi", "markdown_text": "hi"}, "markdown_text_conflict"),
        ({"markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"text": "hi", "thread_ts": "yesterday"}, "invalid_thread_ts"),
        ({"text": "hi", "thread_ts": "1700000000.000000"}, "thread_not_found"),
        ({"text": "hi", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        ({"text": "hi", "metadata": "{"}, "invalid_metadata_format"),
        ({"text": "hi", "metadata": ["x"]}, "invalid_metadata_format"),
        ({"text": "hi", "metadata": METADATA | {"event_payload": BIG}}, "metadata_too_large"),
    ):
        call = web.api_call("chat.postMessage", json={"channel": FLEET, **content})

        assert error == await refusal(call), (content, error)
        assert () == workspace.messages.all(), (content, error)


async def test_work_objects_come_with_new_messages_alone(web, workspace):
    """Beside the event's fields, in Slack's own form, where they are on; never by an edit."""
    event = {"event_type": "x", "event_payload": {}}
    good = {
        "entity_type": "slack#/entities/item",
        "url": "https://console.example.com/sims/DE1",
        "external_ref": {"id": "DE1"},
        "entity_payload": {"attributes": {"title": {"text": "pump-7"}}},
    }
    both = event | {"entities": [good]}
    ts = (await web.chat_postMessage(channel=FLEET, text="hi", metadata=both))["ts"]
    posted = (event | {"entities": [good | {"url": "x"}]}, event | {"entities": good})
    refused = [web.chat_postMessage(channel=FLEET, text="hi", metadata=each) for each in posted]
    refused.append(web.chat_update(channel=FLEET, ts=ts, text="hi", metadata=both))
    errors = [await refusal(each) for each in refused]
    shown = workspace.entities.shown
    workspace.entities.is_on = False
    errors.append(await refusal(web.chat_postMessage(channel=FLEET, text="hi", metadata=both)))

    assert both == workspace.messages.get(ts).metadata
    assert {good["url"]: good} == shown
    assert ["invalid_metadata", *["invalid_metadata_schema"] * 3] == errors


async def test_long_text_is_cut_and_markdown_alone_is_enough(web):
    """Of more than 40,000 characters the rest is lost; markdown_text takes the place of text."""
    long = await web.chat_postMessage(channel=FLEET, text="x" * 40_001)
    marked = await web.chat_postMessage(channel=FLEET, markdown_text="**hi**")

    assert (40_000, "**hi**") == (len(long["message"]["text"]), marked["message"]["text"])


async def test_a_reply_to_a_reply_is_in_the_thread(web, workspace):
    """A thread has one root, whichever of its messages is answered."""
    root = (await web.chat_postMessage(channel=FLEET, text="root"))["ts"]
    reply = (await web.chat_postMessage(channel=FLEET, text="1", thread_ts=root))["ts"]
    await web.chat_postMessage(channel=FLEET, text="2", thread_ts=reply)

    texts = [message.text for message in workspace.messages.thread(FLEET, root)]
    assert ["root", "1", "2"] == texts


async def test_an_ephemeral_message_is_for_one(web, workspace):
    """Only the named person sees it."""
    shown = await web.chat_postEphemeral(channel=FLEET, user=ANA, text="psst")

    seen = {who: workspace.messages.in_channel(FLEET, seen_by=who) for who in (ANA, BEN)}
    assert [shown["message_ts"]] == [message.ts for message in seen[ANA]]
    assert () == seen[BEN]


async def test_an_ephemeral_message_in_a_thread_needs_a_reply_there(web, workspace):
    """Slack takes it, and shows it to nobody as long as nobody has replied."""
    root = (await web.chat_postMessage(channel=FLEET, text="root"))["ts"]
    for text in ("lost", "seen"):
        await web.chat_postEphemeral(channel=FLEET, user=ANA, text=text, thread_ts=root)
        await web.chat_postMessage(channel=FLEET, text="reply", thread_ts=root)

    texts = [message.text for message in workspace.messages.in_channel(FLEET, seen_by=ANA)]
    assert ["root", "reply", "seen", "reply"] == texts


@pytest.mark.parametrize(
    ("user", "error"),
    [(DORA, "user_not_in_channel"), ("U0NOBODY1", "user_not_found"), ("", "user_not_found")],
)
async def test_only_a_member_can_be_shown_something(web, user, error):
    """Who is not in the channel cannot be shown an ephemeral message there."""
    assert error == await refusal(web.chat_postEphemeral(channel=FLEET, user=user, text="hi"))


async def test_a_message_is_changed_in_its_place_and_deleted(web, workspace):
    """chat.update keeps the ts and marks the message as edited; chat.delete takes it away."""
    ts = (await web.chat_postMessage(channel=FLEET, text="old"))["ts"]

    answer = await web.chat_update(channel=FLEET, ts=ts, text="new")

    (message,) = workspace.messages.all()
    assert ("new", ts, ts) == (message.text, message.ts, answer["ts"])
    assert message.edited_ts is not None
    await web.chat_delete(channel=FLEET, ts=ts)
    assert () == workspace.messages.all()
    assert "message_not_found" == await refusal(web.chat_delete(channel=FLEET, ts=ts))


async def test_a_wrong_change_is_refused(web):
    """4,000 characters, the right channel and a message that is there."""
    for changes, error in (
        ({"text": "x" * 4001}, "msg_too_long"),
        ({"ts": "1700000000.000000"}, "message_not_found"),
        ({"channel": "C0PARTNER"}, "message_not_found"),
        ({"ts": ""}, "invalid_arguments"),
        ({"text": ""}, "no_text"),
    ):
        ts = (await web.chat_postMessage(channel=FLEET, text="old"))["ts"]
        args = {"channel": FLEET, "ts": ts, "text": "new"} | changes

        assert error == await refusal(web.api_call("chat.update", json=args)), (changes, error)


async def test_the_window_for_changes_may_close(web, workspace, clock):
    """Where the workspace says so, what was written long ago stays as it is."""
    workspace.edit_seconds = 60
    ts = (await web.chat_postMessage(channel=FLEET, text="old"))["ts"]
    clock.move(59)
    await web.chat_update(channel=FLEET, ts=ts, text="new")
    clock.move(2)

    assert "edit_window_closed" == await refusal(web.chat_update(channel=FLEET, ts=ts, text="x"))
    assert "new" == workspace.messages.get(ts).text


@pytest.mark.parametrize(
    ("named", "kept"),
    [({}, METADATA), ({"metadata": OTHER}, OTHER), ({"metadata": {}}, None)],
    ids=["not-named", "another", "empty"],
)
async def test_metadata_stays_until_another_is_named(web, workspace, named, kept):
    """A change keeps the metadata, replaces it, or, by an empty object, takes it away."""
    ts = (await web.chat_postMessage(channel=FLEET, text="old", metadata=METADATA))["ts"]

    await web.chat_update(channel=FLEET, ts=ts, text="new", **named)

    assert kept == workspace.messages.get(ts).metadata


async def test_others_messages_are_not_the_bots(web, workspace):
    """What people wrote can be neither changed nor deleted."""
    message = await workspace.say("ana", FLEET, "mine")
    args = {"channel": FLEET, "ts": message.ts}

    assert "cant_update_message" == await refusal(web.chat_update(**args, text="x"))
    assert "cant_delete_message" == await refusal(web.chat_delete(**args))


SIM = "https://console.example.com/sims/DE1"
OTHER_LINK = "https://example.com/sims/DE2"
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
    await workspace.say("ana", FLEET, f"see {SIM} and {OTHER_LINK}, not https://example.org/x")
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
    both = [{"url": url, "domain": "example.com"} for url in (SIM, OTHER_LINK)]
    assert both == shared["links"]


async def test_links_are_told_where_the_app_is_not(app, api, workspace, links):
    """Previews need no membership; the event says that there is none."""
    await workspace.say("ana", PRIVATE, SIM)
    await api.dispatcher.settled()

    told = {"channel": PRIVATE, "is_bot_user_member": False}
    assert told.items() <= app.last["event"].items()


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

    told = {"channel": "COMPOSER", "source": "composer", "unfurl_id": unfurl_id}
    assert told.items() <= event.items()
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
