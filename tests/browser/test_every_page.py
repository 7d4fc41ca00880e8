"""Axe on every page of the small county's edition, the archive's among them: a page that is new is looked at too."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.browser


def test_axe_finds_nothing_on_any_page_that_is_published(small_edition, opened, violations):
    pages = sorted((small_edition / "maps").rglob("*.html"))
    assert len(pages) >= 7
    told, kinds, tab = {}, set(), None
    for path in pages:
        page, _ = tab = opened(path, wait=path.name.startswith("bredbandskarta"), instead=tab)
        kind = re.sub(r"\d+|\.en", "", path.name)  # every element of one of each kind, in whatever language
        told[path.name] = violations(page, every=kind not in kinds)
        kinds.add(kind)
    assert told == {name: [] for name in told}
