"""The pictures of docs/: small, used, and of answers that the program still gives."""

import importlib.util
import json
from pathlib import Path

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs/pictures"


def script():
    """Load docs/pictures.py, which is a script of no package."""
    spec = importlib.util.spec_from_file_location("pictures", ROOT / "docs/pictures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def test_what_is_pictured_is_still_said():
    """`make pictures` must be run again where an answer has other words than its picture."""
    module = script()
    async with module.opened() as demo:
        said = {name: module.words(await module.played(demo, name)) for name in module.SCENES}

    assert json.loads(module.WORDS.read_text()) == said


def test_pictures_are_small_and_shown():
    """README's are under 150 kB each, all together under 1 MB, and each stands on a page."""
    pages = {path: path.read_text() for path in (ROOT / "README.md", *ROOT.glob("docs/*.md"))}
    sizes = {path.name: path.stat().st_size for path in PICTURES.glob("*.png")}

    assert sum(sizes.values()) < 1_000_000
    assert {} == {name: size for name, size in sizes.items() if size > 150_000}
    assert [] == [
        name for name in sizes if not any(f"pictures/{name}" in text for text in pages.values())
    ]
