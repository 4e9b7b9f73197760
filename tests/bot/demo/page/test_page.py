"""The static files."""

import re

import pytest

from bot.demo.page.page import STATIC

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


@pytest.mark.parametrize("weak", ["", "W/"])
async def test_what_is_known_is_not_sent_again(browser, weak):
    """A browser that has the file is told so, without the bytes."""
    mark = (await browser.get("/static/js/app.js")).headers["etag"]
    again = await browser.get(
        "/static/js/app.js", headers={"If-None-Match": f'"other", {weak}{mark}'}
    )

    assert (304, b"") == (again.status_code, again.content)


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
