"""Chromium for the tests of the published pages: no network, every request and message kept."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field

import pytest

from tests.conftest import made_once

ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@dataclass
class Seen:
    """What a page did that it should not."""

    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright

    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert path, "Chromium saknas: installera paketet chromium eller ange sökvägen i CHROMIUM."
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


OF_COLOUR = ["color-contrast", "link-in-text-block"]
"""Axe's rules that look at colours: four fifths of its time, for every cell of a table anew."""
ONE_OF_EACH_LOOK = """() => {
  const { numbers, passed } = window.looks ??= { numbers: new Map(), passed: new Set() }, looks = new Map(), one = [];
  for (const e of document.querySelectorAll('*')) {
    const s = getComputedStyle(e), look = [
      looks.get(e.parentElement), e.tagName, e.getAttribute('class'), e.matches(':disabled, [aria-disabled]'), s.color,
      s.backgroundColor, s.backgroundImage, s.opacity, s.filter, s.mixBlendMode, s.position, s.zIndex, s.fontSize,
      s.fontWeight, s.textDecorationLine, s.textShadow].join('|');
    if (!numbers.has(look)) numbers.set(look, numbers.size + 1);
    looks.set(e, numbers.get(look));
    const text = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()), seen = e.getClientRects().length;
    if ((text || e.matches('input, select, textarea')) && seen && e.checkVisibility()
      && !passed.has(looks.get(e)))
      passed.add(looks.get(e)), one.push(e);
  }
  return one; }"""
"""Of all texts in sight that look alike, as do all they stand in, the first: another has no other contrast.

Those that the page has had since axe was put into it are left out."""


@pytest.fixture(scope="session")
def violations():
    """Return what gives axe's violations on a page, each as its rule and the first elements that break it.

    Every rule is run on every element, but those of colours on one element of each look, unless ``every`` is asked
    for. ``only_colours``: the same page in the other colours, where no other rule finds anything else.
    """
    from axe_playwright_python.base import AXE_SCRIPT

    def run(page, rules, of="() => document"):
        # Of what passes no element is described: half of axe's time on the longest page.
        options = {"resultTypes": ["violations"], **rules}
        told = page.evaluate(
            f"""async (options) => {{ const include = [({of})()].flat();
            return include.length ? (await axe.run({{ include }}, options)).violations : []; }}""",
            options,
        )
        return [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in told]

    def found(page, every=False, only_colours=False):
        if not page.evaluate("Boolean(window.axe)"):
            page.evaluate(AXE_SCRIPT)
        if every:
            return run(page, {})
        colours = run(page, {"runOnly": {"type": "rule", "values": OF_COLOUR}}, ONE_OF_EACH_LOOK)
        if colours:
            page.evaluate("delete window.looks")
        others = {"rules": {rule: {"enabled": False} for rule in OF_COLOUR}}
        return colours if only_colours else [*colours, *run(page, others)]

    return found


@pytest.fixture(scope="session")
def county(tmp_path_factory):
    """The pages of a county of full size, and its published cells and its GeoPackage's layer of them."""
    from tests.publish import synthetic_tables

    return synthetic_tables.paths_in(made_once(tmp_path_factory, "stort_lan", _full_county))


def _full_county(folder):
    from pipelines.core.quoted import read_facts
    from pipelines.publish.geopackage import gpkg_layers
    from pipelines.publish.open_data import open_text
    from pipelines.publish.webmap import write_webmap
    from pipelines.tables import open_contracts, summary_tables
    from tests.publish import synthetic_tables

    region, paths = synthetic_tables.full(folder)
    write_webmap.run(region, paths)
    cells, facts = open_contracts.RUTNAT_250M, read_facts(paths)
    open_text.write_csv(open_contracts.read(paths, cells), cells, paths.built("maps/data/rutnat_250m.csv"), facts)
    gpkg_layers.write(paths.built("out/bredband.gpkg"), [gpkg_layers.layer(summary_tables.RUTNAT, paths)], facts)


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """The pages of two kommuner, one of them named as an attack; of the other two years are published."""
    from tests.publish import synthetic_tables

    return synthetic_tables.paths_in(made_once(tmp_path_factory, "litet_lan", _small_county))


def _small_county(folder):
    import pandas as pd

    from pipelines.core.files import write_table
    from pipelines.publish.webmap import write_webmap
    from tests.publish import synthetic_tables

    region, paths = synthetic_tables.tiny(folder)
    told = {"niva": "kommun", "kommunkod": "1401", "kommunnamn": "Testby", "serie": "pts_historik", "matt": "tillgang"}
    told |= {"teknik": "", "troskel_mbit": 100, "omradestyp": "totalt", "bas": "hushall", "kalla": "PTS", "brott": ""}
    years = pd.DataFrame({"ar": [2024, 2025], "andel_pct": [61.4, 63.6]}).assign(**told)
    write_table(years, paths.table("oppen_historik"))
    write_webmap.run(region, paths)


@pytest.fixture(scope="session")
def tabs():
    """Tabs with nothing in them, each with what is seen of it: a new one takes half the time of a page, or more."""
    return []


@pytest.fixture
def opened(chromium, tabs):
    """Open a file in a tab of its own and wait for its cells; closes every page afterwards.

    Nothing moves but where a test asks for it: a view that is still on its way is another view. What a page keeps is
    kept nowhere: it has no cookies and no storage. A context of its own has what is asked for besides size and media.
    """
    ours, own = [], []

    def tab(size, before, options):
        if tabs and not options and not before:
            return tabs.pop()
        window = tabs[-1][0].context if tabs and not options else None
        context = window or chromium.new_context(viewport=size, offline=True, **options)
        page, seen = context.new_page(), Seen()
        if options or before:
            own.append(page if window else context)
        page.on("request", lambda r: seen.requests.append(r.url))
        page.on("console", lambda m: seen.messages.append(f"{m.type}: {m.text}"))
        page.on("pageerror", lambda e: seen.messages.append(str(e)))
        page.on("dialog", lambda d: (seen.dialogs.append(d.message), d.dismiss()))
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation', (e) => console.error('CSP ' + e.violatedDirective));"
            + before
        )
        return page, seen

    def open_page(path, width=1280, height=800, wait=True, before="", at="", stays=False, instead=None, **options):
        size = {"width": width, "height": height}
        media = {k: options.pop(k) for k in ("color_scheme", "reduced_motion", "forced_colors") if k in options}
        if instead:
            emptied(*instead)
        page, seen = instead or tab(size, before, options)
        if not (stays or instead or options or before):
            ours.append((page, seen))
        page.set_viewport_size(size)
        page.emulate_media(**{"reduced_motion": "reduce", **media})
        page.goto(path.as_uri() + at)
        if wait:
            page.wait_for_selector("html[data-klar=ja]", timeout=30_000)
        return page, seen

    yield open_page
    for page_or_context in own:
        page_or_context.close()
    for page, seen in ours:
        emptied(page, seen)
        tabs.append((page, seen))


def emptied(page, seen):
    """Take a tab back to what it was when it was new."""
    page.goto("about:blank")
    page.mouse.move(0, 0)
    page.emulate_media(media="null", color_scheme="light", forced_colors="none")
    for told in (seen.requests, seen.messages, seen.dialogs):
        told.clear()


AS_IT_STANDS = """() => {
  const all = (s) => [...document.querySelectorAll(s)], { lat, lng } = karta.getCenter();
  const page = document.body.cloneNode(true), inputs = all('input, select');
  const names = all('.namn').map((e) => e.textContent).sort();
  for (const drawn of page.querySelectorAll('.leaflet-map-pane, #sok-lista li')) drawn.remove();
  return [page.innerHTML.replaceAll(' style=""', '').replace(/>\\s+</g, '><'), document.documentElement.className,
    scrollX, scrollY, document.activeElement.tagName, inputs.map((e) => [e.id, e.value, e.checked, e.disabled]),
    karta.getZoom(), lat.toFixed(2), lng.toFixed(2), rutor.options.linesFromZoom, names,
    all('.leaflet-map-pane path').map((e) => [e.getAttribute('class'), e.getAttribute('d')])].map(String); }"""
"""All that a reader has chosen, or can see but for what is painted."""
AS_ON_A_NEW_PAGE = """() => {
  document.adoptedStyleSheets = [];
  const search = document.querySelector('#sok');
  search.value = '';
  search.dispatchEvent(new Event('input'));
  document.querySelector('#kommuntabell th:first-child:not([aria-sort]) button')?.click();
  bredband.view.close();
  document.activeElement.blur();
  document.querySelector('#karta').style.outline = ''; // of a click
  history.replaceState(null, '', location.href.split('#')[0]);
  dispatchEvent(new PopStateEvent('popstate'));
  scrollTo(0, 0); }"""
"""Nothing is chosen, and the address is that of a new page."""


@pytest.fixture(scope="session")
def standing(chromium):
    """Return the maps that ``visited`` keeps, by file and size, each with what it did and how it stood at first."""
    return {}


@pytest.fixture
def visited(opened, standing):
    """Return what gives a map as it stands when it has been opened, with all that comes after its first picture.

    One page is opened for all tests that ask alike, for it takes a second of the processor. What a test chose is
    taken back for the next; where anything of it is left, the page is opened anew. A test that looks at how the page
    opens or what it asks for, or changes what no reader can, opens its own.
    """
    now = []

    def again(page, size, scheme):
        page.mouse.move(0, 0)
        page.emulate_media(media="null", color_scheme=scheme)
        if page.viewport_size != size:
            page.set_viewport_size(size)
            page.evaluate("new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); })")
        page.evaluate(AS_ON_A_NEW_PAGE)

    def visit(path, width=1280, height=800, color_scheme="light"):
        of, size = (path, width, height), {"width": width, "height": height}
        if of in standing:
            page, seen, first = standing[of] = standing.pop(of)
            again(page, size, color_scheme)
            if page.evaluate(AS_IT_STANDS) != first:
                standing.pop(of)[0].context.close()
        if of not in standing:
            for other in [*standing][:-4]:  # an open page takes a hundred megabytes
                standing.pop(other)[0].context.close()
            page, seen = opened(path, width, height, stays=True, color_scheme=color_scheme)
            page.wait_for_selector("html[data-grund=ja]", timeout=30_000)
            standing[of] = page, seen, page.evaluate(AS_IT_STANDS)
        now.append(seen)
        return page, seen

    yield visit
    assert [(seen.messages, seen.dialogs) for seen in now if seen.messages or seen.dialogs] == []
