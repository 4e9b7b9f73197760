"""The static files."""

import re
import shutil
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from bot.demo.page.page import POLICY, STATIC, StaticFiles
from bot.emulators.slack.people import ANA
from tests.bot.demo.conftest import browser_of

FILES = sorted(path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file())
SCRIPTS = [name for name in FILES if name.endswith(".js")]
MARKUP_SINKS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function"
    r"|srcdoc|createContextualFragment"
)


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/static/js/app.js", "text/javascript; charset=utf-8"),
        ("/static/css/layout.css", "text/css; charset=utf-8"),
        ("/static/icon.svg", "image/svg+xml"),
    ],
)
async def test_files_have_their_type(browser, path, media_type):
    """Each file says what it is; with nosniff a browser runs it only so."""
    answer = await browser.get(path)

    assert 200 == answer.status_code
    assert media_type == answer.headers["content-type"]
    assert "no-cache" == answer.headers["cache-control"]


@asynccontextmanager
async def opened(folder):
    """A browser that has the page of a folder open, and the paths that the page names."""
    files = StaticFiles(folder)
    routes = [Route("/", files.index), Route("/static/{path:path}", files.serve)]
    async with browser_of(Starlette(routes=routes)) as browser:
        yield browser, re.findall(r'(?:src|href)="([^"]+)"', (await browser.get("/")).text)


async def test_a_browser_keeps_what_the_page_names():
    """It never asks again for a file that the page names, or that such a script imports."""
    async with opened(STATIC) as (browser, named):
        imported = named[-1].replace("app.js", "dom.js")
        for path in (*named, imported):
            answer = await browser.get(path)

            assert "immutable" in answer.headers["cache-control"], path
            assert (STATIC / path.split("/", 3)[3]).read_bytes() == answer.content


async def test_a_file_that_changed_is_asked_for(tmp_path):
    """As one file changes the page names all anew, and nothing is served by the old names."""
    shutil.copytree(STATIC, tmp_path, dirs_exist_ok=True)
    async with opened(tmp_path) as (_, before):
        pass
    (tmp_path / "js" / "dom.js").write_text("export const h = 1;")
    async with opened(tmp_path) as (browser, after):
        assert set() == {*before} & {*after}
        assert {404} == {(await browser.get(path)).status_code for path in before}
        assert {200} == {(await browser.get(path)).status_code for path in after}


@pytest.mark.parametrize(
    "path",
    [
        "page.py",
        "../page.py",
        "..%2fpage.py",
        "js/../../page.py",
        "/etc/passwd",
        "js",
        "js/none.js",
    ],
)
async def test_nothing_else_is_served(browser, path):
    """No path leads out of the folder, or to what is not there."""
    assert 404 == (await browser.get(f"/static/{path}")).status_code


async def test_every_file_is_served_and_short(browser):
    """Every file of the folder is served, and none is longer than 400 lines of 112 characters."""
    for name in FILES:
        answer = await browser.get(f"/static/{name}")
        lines = answer.text.splitlines()

        assert (STATIC / name).read_bytes() == answer.content, name
        assert len(lines) <= 400, name
        assert [] == [line for line in lines if len(line) > 112], name


def test_scripts():
    """Each says its job, imports only what is there, and can turn no string into markup or code."""
    for name in SCRIPTS:
        source = (STATIC / name).read_text()
        imported = re.findall(r'from "([^"]+)"', source)
        missing = [path for path in imported if not (STATIC / name).parent.joinpath(path).is_file()]

        assert source.startswith("/** "), name
        assert [] == missing, name
        assert [] == MARKUP_SINKS.findall(source), name


def test_the_page_loads_nothing_from_elsewhere():
    """The page names its own files only, and holds no script or style of its own."""
    html = (STATIC / "index.html").read_text()
    named = re.findall(r'(?:src|href)="([^"]+)"', html)

    assert [] == [path for path in named if not path.startswith("/static/")]
    assert [] == [path for path in named if path.removeprefix("/static/") not in FILES]
    assert [] == re.findall(r"<style|<script(?! type=\"module\" src=)| style=| on\w+=", html)


SAY = {"user": ANA.id, "channel": "C0FLEETOP", "text": "hi"}


@pytest.mark.parametrize(
    "path", ["/", "/static/js/app.js", "/static/none.js", "/page/state", "/page/file?id=F1"]
)
async def test_every_answer_is_guarded(browser, path):
    """Each answer carries the policy: nothing from elsewhere, nothing inline, no frames."""
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
