"""The first picture comes before the cells: it is the one that stays, and what is done meanwhile is done."""

from __future__ import annotations

import pytest

from pipelines.publish.webmap import write_webmap

pytestmark = pytest.mark.browser
WHEN_PICTURED = """
(function look() {
  if (!window.bredband || !bredband.readyAt) return requestAnimationFrame(look);
  const one = (s) => document.querySelector(s), all = (s) => [...document.querySelectorAll(s)];
  // What is seen of a pane's tiles: first as far as the view reaches, later the whole of them.
  const pixels = (pane) => {
    const map = one('#karta').getBoundingClientRect();
    const seen = new OffscreenCanvas(map.width, map.height).getContext('2d');
    for (const tile of all(`${pane} canvas`)) {
      const at = tile.getBoundingClientRect(), { paddingLeft: x, paddingTop: y } = tile.style;
      seen.drawImage(tile, at.left - map.left + parseFloat(x), at.top - map.top + parseFloat(y));
    }
    return seen.getImageData(0, 0, map.width, map.height).data;
  };
  const tiles = () => ['.leaflet-tile-pane', '.leaflet-mark-pane'].map(pixels), first = tiles();
  // Of each pane: how many values are there, and how many are others now than at first.
  window.compared = () => tiles().map((now, k) => [
    now.filter(Boolean).length, now.filter((value, i) => Math.abs(value - first[k][i]) > 48).length,
  ]);
  window.pictured = () => ({
    lines: all('#karta path').map((p) => p.getAttribute('d')), names: all('#karta .namn').map((e) => e.textContent),
    controls: all('.leaflet-control').map((e) => e.textContent), legend: one('.forklaring').innerText,
  });
  window.early = { answers: Boolean(one('html[data-klar]')), ...pictured() };
  const send = (to, Kind, type, more) => to.dispatchEvent(new Kind(type, { bubbles: true, cancelable: true, ...more }));
  ACT;
})();
"""
ACTS = {
    "nothing": "",
    "choice": "one('#troskel-1000').click()",
    "click": """const r = one('#karta').getBoundingClientRect();
    const at = { clientX: r.left + r.width / 2, clientY: r.top + r.height / 2 };
    send(document.elementFromPoint(at.clientX, at.clientY), MouseEvent, 'click', at)""",
    "key": "send(one('#karta'), KeyboardEvent, 'keydown', { key: 'Enter' })",
    "search": """one('#sok').value = 'borås'; send(one('#sok'), Event, 'input');
    send(one('#sok'), KeyboardEvent, 'keydown', { key: 'Enter' })""",
}


@pytest.fixture
def pictured(county, opened):
    """Open the map, do something as soon as there is a picture, and wait until all of it answers."""

    def open_page(act: str, edition: str = write_webmap.OPEN):
        page, seen = opened(county.built(edition), before=WHEN_PICTURED.replace("ACT", ACTS[act]))
        assert page.evaluate("early.answers") is False
        assert seen.messages == []
        return page

    return open_page


@pytest.mark.parametrize("edition", [write_webmap.OPEN, write_webmap.INTERNAL])
def test_the_first_picture_is_the_one_that_stays(pictured, edition):
    page = pictured("nothing", edition)
    early, now = page.evaluate("early"), page.evaluate("pictured()")
    assert {name: early[name] for name in now} == now
    assert len(now["names"]) > 5 and len(now["controls"]) >= 4
    page.wait_for_function(
        "[...document.querySelectorAll('.rutor canvas')].every((c) => String(c.part) === '0,0,256,256')"
    )
    for seen, changed in page.evaluate("compared()"):
        # A shore is smoothed otherwise here and there, as its tile is drawn in part or whole.
        assert seen > 10_000 and changed <= seen / 10_000


def test_a_choice_before_the_cells_are_there_is_kept(pictured):
    page = pictured("choice")
    assert "1\u202f000" in page.inner_text("#legend-titel")
    assert "hast=1000" in page.url


@pytest.mark.parametrize("act", ["click", "key"])
def test_a_kommun_chosen_before_the_cells_are_there_is_told(pictured, act):
    page = pictured(act)
    assert page.locator("#fakta .kort-andel").is_visible()
    assert "kommun=" in page.url


def test_a_search_before_there_is_anything_to_search_is_answered(pictured):
    page = pictured("search")
    assert page.inner_text("#fakta h4:first-child") == "Borås"
    assert "kommun=1490" in page.url
