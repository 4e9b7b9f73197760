"""What holds for every test: properties are judged by what they find, never by the clock.

Each worker of pytest-xdist gets an equal part of the list of tests, in its order, and takes from
the ends of others when it is done: so each part begins with its share of the files that are slow.
Those of a browser are shared by half of the workers: each has one to start.
"""

import gc
import os
import sys
from importlib.util import find_spec
from itertools import chain, cycle, islice
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.strategies import text

from bot.ops.tasks import WorkerThread
from bot.proxies import proxy_for
from tests.fakes import FakeClock

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

pytest_plugins = ["tests.databases", "tests.forks"]

if not find_spec("sniffio"):
    sys.modules["sniffio"] = None  # else httpx looks for it in every folder, at every request

BROWSER = str(Path(__file__).parent / "e2e") + os.sep


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session):
    """Have Hypothesis find out which characters there are, or each worker does, on a new clone."""
    if not hasattr(session.config, "workerinput"):
        text().validate()


def pytest_collection_modifyitems(items):
    """Begin each worker's part with slow files, and few workers' with those of a browser."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    slow = dict.fromkeys(item.path for item in items if item.get_closest_marker("slow"))
    browsers = dict.fromkeys(item.path for item in items if str(item.path).startswith(BROWSER))
    worker_of = dict(zip(slow, cycle(reversed(range(workers))), strict=False))
    worker_of |= zip(browsers, cycle(range(workers // 2 or 1)), strict=False)
    shares = [[i for i in items if worker_of.get(i.path) == number] for number in range(workers)]
    fast = (item for item in items if item.path not in worker_of)
    size = len(items) // workers
    for share in shares[:-1]:
        share.extend(islice(fast, max(0, size - len(share))))
    items[:] = [*chain.from_iterable(shares), *fast]


def pytest_collection():
    """Collect no garbage while tests are: a fifth of what that takes, and nothing is found."""
    gc.disable()


def pytest_collection_finish():
    """Leave what was collected out of garbage collection, and look for garbage seldom."""
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
    gc.enable()


@pytest.fixture
def clock():
    """Time that stands still until a test, or a sleep, moves it."""
    return FakeClock()


@pytest.fixture
async def executor():
    """A thread of its own, closed at the end."""
    made = WorkerThread()
    yield made
    await made.aclose()


@pytest.fixture
def behind_a_proxy(monkeypatch):
    """A machine behind a proxy, and nothing remembered."""
    for name in ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", "http://proxy:3128")
    monkeypatch.setenv("https_proxy", "http://proxy:3129")
    monkeypatch.setenv("no_proxy", "internal.example")
    proxy_for.cache_clear()
    yield
    proxy_for.cache_clear()
