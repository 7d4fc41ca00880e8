"""Axe on every page of the small county's edition, the archive's among them: a page that is new is looked at too."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


def test_axe_finds_nothing_on_any_page_that_is_published(small_edition, opened):
    from axe_playwright_python.sync_playwright import Axe

    pages = sorted((small_edition / "maps").rglob("*.html"))
    assert len(pages) >= 7
    told = {}
    for path in pages:
        page, _ = opened(path, wait=path.name.startswith("bredbandskarta"))
        found = Axe().run(page).response["violations"]
        if found:
            told[path.name] = [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found]
    assert told == {}
