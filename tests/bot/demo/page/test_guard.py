"""Who may ask, and what the browser is told."""

import pytest

from bot.demo.page.guard import POLICY
from bot.emulators.slack.people import ANA

SAY = {"user": ANA.id, "channel": "C0FLEETOP", "text": "hi"}


@pytest.mark.parametrize(
    "path", ["/", "/static/js/app.js", "/static/none.js", "/page/state", "/page/file?id=F1"]
)
async def test_every_answer_is_guarded(browser, path):
    """
    Whatever is answered carries the policy: nothing from elsewhere, nothing inline, no frames.
    """
    answer = await browser.get(path)

    assert POLICY == answer.headers["content-security-policy"]
    assert "nosniff" == answer.headers["x-content-type-options"]
    assert "no-referrer" == answer.headers["referrer-policy"]
    assert "same-origin" == answer.headers["cross-origin-resource-policy"]


def test_policy_allows_no_escape():
    """The policy begins with nothing and never says unsafe-inline, unsafe-eval or another host."""
    assert POLICY.startswith("default-src 'none'; ")
    assert [] == [word for word in ("unsafe", "http", "*") if word in POLICY]
    assert "require-trusted-types-for 'script'" in POLICY


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "localhost"])
async def test_loopback_hosts_may_ask(browser, host):
    """The page answers to every name of this machine's own."""
    assert 200 == (await browser.get("/", headers={"Host": host})).status_code


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example:80", "localhost.evil.example", "[::1", "10.0.0.1", ""],
)
async def test_other_hosts_may_not(browser, host):
    """A name that merely resolves to this machine is refused, for reading and for writing."""
    headers = {"Host": host, "Origin": f"http://{host}"}

    assert 403 == (await browser.get("/page/state", headers=headers)).status_code
    assert 403 == (await browser.post("/page/say", json=SAY, headers=headers)).status_code


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://127.0.0.1:8080"},
        {"Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "same-origin"},
    ],
)
async def test_the_page_itself_may_write(browser, workspace, headers):
    """A POST from the page's own origin is done."""
    answer = await browser.post("/page/say", json=SAY, headers=headers)

    assert (True, None) == (answer.json()["ok"], answer.json()["error"])
    assert ["hi"] == [message.text for message in workspace.messages.all()]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9090"},
        {"Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "same-site"},
        {"Origin": "http://127.0.0.1:8080", "Content-Type": "text/plain"},
        {"Origin": "http://127.0.0.1:8080", "Content-Type": "application/x-www-form-urlencoded"},
    ],
)
async def test_others_may_not_write(browser, workspace, headers):
    """A POST from another origin, or in a shape that another origin could send, does nothing."""
    answer = await browser.post("/page/say", json=SAY, headers=headers)

    assert 403 == answer.status_code
    assert () == workspace.messages.all()


async def test_a_write_without_any_origin_is_refused(browser, workspace):
    """A browser always tells the origin of a POST, so silence is no permission."""
    del browser.headers["Origin"]

    assert 403 == (await browser.post("/page/say", json=SAY)).status_code
    assert () == workspace.messages.all()
