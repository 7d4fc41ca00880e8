"""The specification in Chromium: no violation by axe, nothing too wide, nobody asked, wide and on a phone."""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

import pytest

from pipelines.publish.specification import write_specification

sys.path.append(str(Path(__file__).parents[1] / "publish"))
import tiny_specification

pytestmark = pytest.mark.browser
SIZES = {"dator": (1280, 800), "telefon": (390, 844)}


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    region, paths = tiny_specification.write(tmp_path_factory.mktemp("spec"))
    write_specification.run(region, paths)
    return paths.built("maps/specifikation.html")


@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_and_nothing_is_too_wide(page_file, opened, violations, size):
    page, seen = opened(page_file, *SIZES[size], wait=False, color_scheme="light")
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, only_colours=True) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    wide = page.evaluate(
        "[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1"
        " && getComputedStyle(e).position !== 'absolute').map(e => e.outerHTML.slice(0, 80))"
    )
    assert wide == []
    assert [r for r in seen.requests if r != "data:,"] == [page_file.as_uri()]
    assert seen.messages == []
    assert page.locator(".banner.demo").is_visible()


def test_a_table_is_still_a_table_to_a_screen_reader_on_a_phone(page_file, opened):
    page, _ = opened(page_file, *SIZES["telefon"], wait=False)
    assert page.get_by_role("table").count() == page.locator("table").count()
    kommuner = page.get_by_role("table", name="Kolumner i Kommuner")
    assert kommuner.get_by_role("rowheader", name="hushall_utan_100_ca").count() == 1
    assert kommuner.get_by_role("columnheader", name="Betydelse").count() == 1


def test_printed_it_is_light_and_whole(page_file, opened, tmp_path):
    import pypdf

    page, _ = opened(page_file, wait=False, color_scheme="dark")
    page.pdf(path=str(tmp_path / "spec.pdf"), format="A4")
    pages = pypdf.PdfReader(tmp_path / "spec.pdf").pages
    text = unicodedata.normalize("NFKC", " ".join(p.extract_text() for p in pages))  # ligatures apart
    assert "DEMO" in pages[0].extract_text()
    assert "hushall_utan_1000_ca" in text
    assert "Datamängdernas identifierare" in text
