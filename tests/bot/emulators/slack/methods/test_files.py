"""files.*: the real SDK's upload in three steps, and the processing that takes a while."""

import pytest

from tests.bot.emulators.slack.kit import ANA, BOT_TOKEN, FLEET, GENERAL, ask, refusal

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture
def files(web, api):
    """The client, with the scopes for files."""
    api.scopes |= {"files:write", "files:read"}
    return web


async def test_the_sdk_uploads_in_three_steps(files, api, workspace):
    """files_upload_v2 shares the file with a comment, its title and its alternative text."""
    about = {"title": "30 days", "alt_txt": "Connected all month"}
    place = {"channel": FLEET, "initial_comment": "Here it is"}
    answer = await files.files_upload_v2(content=PNG, filename="timeline.png", **about, **place)

    (message,) = workspace.messages.all()
    (shared,) = message.files
    stored = workspace.files.get(answer["file"]["id"])
    assert ("Here it is", PNG) == (message.text, stored.content)
    assert (about | {"mimetype": "image/png", "channels": [FLEET]}).items() <= shared.items()
    steps = [call.method for call in api.calls if call.method.startswith("files")]
    assert ["files.getUploadURLExternal", "files.completeUploadExternal"] == steps


async def test_a_file_is_processed_for_a_while(files, workspace, clock):
    """Until then its type is empty and no block may show it."""
    file = (await files.files_upload_v2(content=PNG, filename="a.png"))["file"]["id"]
    image = {"type": "image", "alt_text": "a", "slack_file": {"id": file}}

    async def post():
        return await files.chat_postMessage(channel=FLEET, text="t", blocks=[image])

    early = (await files.files_info(file=file))["file"]["mimetype"]
    refused = await refusal(post())
    clock.move(workspace.files.processing_seconds)
    late = (await files.files_info(file=file))["file"]["mimetype"]

    assert ("", "invalid_blocks", "image/png") == (early, refused, late)
    assert (await post())["ok"]


async def test_a_file_may_be_shown_by_its_url(files, workspace, clock):
    """slack_file takes the private URL as well as the id; a text file is no image."""
    workspace.files.processing_seconds = 0
    png = (await files.files_upload_v2(content=PNG, filename="a.png"))["file"]
    csv = (await files.files_upload_v2(content=b"a,b", filename="a.csv"))["file"]

    def image(file):
        url = {"url": file["url_private"]}
        return [{"type": "image", "alt_text": "a", "slack_file": url}]

    assert (await files.chat_postMessage(channel=FLEET, text="t", blocks=image(png)))["ok"]
    wrong = files.chat_postMessage(channel=FLEET, text="t", blocks=image(csv))
    assert "invalid_blocks" == await refusal(wrong)


async def test_a_file_goes_into_a_thread_or_nowhere(files, workspace):
    """thread_ts puts the message with the file there; without a channel nothing is written."""
    root = (await files.chat_postMessage(channel=FLEET, text="root"))["ts"]
    await files.files_upload_v2(content=PNG, filename="a.png")
    before = len(workspace.messages.all())

    await files.files_upload_v2(content=PNG, filename="a.png", channel=FLEET, thread_ts=root)

    assert (1, root) == (before, workspace.messages.all()[-1].thread_ts)


async def test_bytes_are_given_to_the_token_only(files, base):
    """The private URL wants the bot's token."""
    file = (await files.files_upload_v2(content=PNG, filename="a.png"))["file"]
    headers = {"Authorization": f"Bearer {BOT_TOKEN}"}

    bare = await ask(file["url_private"], "GET")
    with_token = await ask(file["url_private"], "GET", headers=headers)
    missing = await ask(f"{base}/files/F0/a.png", "GET", headers=headers)

    assert (403, 404) == (bare[0], missing[0])
    assert (200, PNG) == with_token


async def test_an_upload_url_is_good_once(files, api):
    """A second post, an empty one and one that is to fail are refused, and nothing is uploaded."""
    issued = await files.files_getUploadURLExternal(filename="a.png", length=3)
    api.faults.status("/upload", 500)
    early = files.files_completeUploadExternal(files=[{"id": issued["file_id"], "title": "t"}])
    assert "file_not_found" == await refusal(early)

    contents = (b"abc", b"", b"abc", b"abc")
    answers = [await ask(issued["upload_url"], data=data) for data in contents]

    assert [500, 400, 200, 404] == [status for status, _ in answers]
    assert b"OK - 3" == answers[2][1]


async def test_a_wrong_call_is_refused(files):
    """Each has its own error."""
    for method, args, error in (
        ("files.getUploadURLExternal", {"length": 3}, "invalid_arguments"),
        ("files.getUploadURLExternal", {"filename": "a.png"}, "invalid_arguments"),
        ("files.getUploadURLExternal", {"filename": "a.png", "length": 0}, "invalid_arguments"),
        ("files.getUploadURLExternal", {"filename": "a.png", "length": "x"}, "invalid_arguments"),
        ("files.completeUploadExternal", {}, "invalid_arguments"),
        ("files.completeUploadExternal", {"files": []}, "invalid_arguments"),
        ("files.completeUploadExternal", {"files": ["F0"]}, "invalid_arguments"),
        ("files.completeUploadExternal", {"files": [{"id": "F0"}]}, "file_not_found"),
        ("files.info", {}, "invalid_arguments"),
    ):
        assert error == await refusal(files.api_call(method, json=args)), (method, args, error)


async def test_a_file_is_asked_for_by_a_form(files):
    """files.info does not see what comes as JSON."""
    by_form = files.api_call("files.info", params={"file": "F0"})
    by_json = files.api_call("files.info", json={"file": "F0"})

    assert "file_not_found" == await refusal(by_form)
    assert "invalid_arguments" == await refusal(by_json)


async def test_a_persons_id_is_no_place_for_a_file(files, workspace):
    """A message may go to a person's id; a file needs the id of the conversation itself."""
    issued = await files.files_getUploadURLExternal(filename="a.png", length=3)
    await ask(issued["upload_url"], data=b"abc")
    shared = [{"id": issued["file_id"], "title": "t"}]
    dm = (await files.chat_postMessage(channel=ANA, text="hello"))["channel"]

    wrong = files.files_completeUploadExternal(files=shared, channel_id=ANA)
    assert "invalid_arguments" == await refusal(wrong)
    assert (await files.files_completeUploadExternal(files=shared, channel_id=dm))["ok"]
    assert [dm] == [message.channel for message in workspace.messages.all() if message.files]


@pytest.mark.parametrize("channel", [GENERAL, "C0NOTHERE"])
async def test_a_file_is_shared_only_where_the_bot_is(files, workspace, channel):
    """Elsewhere the completion is refused, and the file stays unshared."""
    issued = await files.files_getUploadURLExternal(filename="a.png", length=3)
    await ask(issued["upload_url"], data=b"abc")
    done = files.files_completeUploadExternal(
        files=[{"id": issued["file_id"], "title": "t"}], channel_id=channel
    )

    assert await refusal(done) in {"not_in_channel", "channel_not_found"}
    assert () == workspace.messages.all()


async def test_a_file_announced_only_is_neither_shown_nor_given(files, base):
    """Before its bytes came and were completed it has no type, no image and no content."""
    file = (await files.files_getUploadURLExternal(filename="a.png", length=3))["file_id"]
    headers = {"Authorization": f"Bearer {BOT_TOKEN}"}

    assert "" == (await files.files_info(file=file))["file"]["mimetype"]
    assert 404 == (await ask(f"{base}/files/{file}/a.png", "GET", headers=headers))[0]
    for name in (file, "F0NOFILE1"):
        block = {"type": "image", "alt_text": "a", "slack_file": {"id": name}}
        post = files.chat_postMessage(channel=FLEET, text="t", blocks=[block])
        assert "invalid_blocks" == await refusal(post)
