"""SCB's open geodata over WFS: population squares, tätorter and småorter, whole layers as GeoPackages.

A server that gives only part of a layer at a time is asked page by page, in a fixed order, and the pages
are put together; the number of rows must be what the server says the layer has.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from pipelines.core.errors import DataError, by_library, printable
from pipelines.core.publishers import SCB
from pipelines.core.redact import clean_url
from pipelines.fetch import fetch_checks, fetch_place, sniff
from pipelines.fetch.download import PART
from pipelines.fetch.receipt import read_receipt
from pipelines.fetch.wanted import Wanted
from pipelines.fetch.web import LATER

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.fetch.web import Web

VERSION = "1.1.0"
"""The version whose questions are known to be answered by SCB's service; paging is GeoServer's own in it."""
ORDER = ("rutid_scb", "tatortskod", "smaortskod", "smaort", "objectid")
"""Columns a layer may be put in order by, when it comes in pages."""
MAX_PAGES = 500


@dataclass(frozen=True)
class Theme:
    """A layer by year: its pattern in the configuration, the file it becomes, how it is checked."""

    pattern: str
    file: str
    kind: str

    def target(self, year: int) -> str:
        """Return where under RAW the year's layer lies."""
        return f"scb/{self.file.format(ar=year)}.gpkg"


def wanted(region: Region, raw: Path, web: Web) -> list[Wanted]:
    """Return the layers: of the configured year, else of the newest year the service lists.

    With the year configured and its file in place nothing is asked: an edition never changes.

    Raises
    ------
    DataError
        When the service lists no such layer, or not of that year.
    """
    settings = region.hamta.scb
    web.pause(settings.wfs, settings.paus_s)
    themes = (
        Theme(settings.lager_befolkning, "befolkning_1km_{ar}", "befolkning"),
        Theme(settings.lager_tatorter, "tatorter_{ar}", "tatort"),
        Theme(settings.lager_smaorter, "smaorter_{ar}", "smaort"),
    )
    listed: dict[str, str] | None = None
    out = []
    for theme in themes:
        if not theme.pattern:
            continue
        year = region.scb.ar if theme.kind == "befolkning" else None
        there = None if year is None else read_receipt(raw / theme.target(year))
        if there is None or year is None:
            listed = layers(web, settings.wfs) if listed is None else listed
            year, layer = choose(listed, theme.pattern, year, settings.wfs)
        else:  # its receipt knows the full name
            layer = parse_qs(urlsplit(there.url).query).get("typenames", [theme.pattern.format(ar=year)])[0]
        check = fetch_checks.squares(year) if theme.kind == "befolkning" else fetch_checks.localities(theme.kind, year)
        out.append(
            Wanted(
                target=theme.target(year),
                url=question(settings.wfs, layer),
                publisher=SCB.publisher,
                licence=SCB.licence,
                check=check,
                immutable=True,
                make=partial(_make, wfs=settings.wfs, layer=layer, size=settings.sidstorlek),
            )
        )
    return out


def question(wfs: str, layer: str, **more: object) -> str:
    """Return the address that gives a layer; ``more`` are further parameters."""
    asked = {"service": "WFS", "version": VERSION, "request": "GetFeature", "typenames": layer}
    return f"{wfs}?{urlencode({**asked, 'outputFormat': 'geopackage', **more}, safe=':')}"


def layers(web: Web, wfs: str) -> dict[str, str]:
    """Return the layers the service lists: name without workspace → full name.

    Raises
    ------
    DataError
        When the answer is no list of layers.
    """
    url = f"{wfs}?{urlencode({'service': 'WFS', 'version': VERSION, 'request': 'GetCapabilities'})}"
    text = web.text(url)
    names = re.findall(r"<(?:\w+:)?FeatureType\b[^>]*>\s*<(?:\w+:)?Name>([^<]+)</", text)
    if not names:
        raise DataError(
            "SCB:s tjänst svarade inte med en lista över lager.",
            file=clean_url(url),
            expected="FeatureTypeList",
            found=sniff.exception_in(text) or printable(" ".join(text.split()), 120) or "ett tomt svar",
            action=f"Kontrollera hamta.scb.wfs i konfigurationen. {LATER}",
        )
    return {n.strip().rpartition(":")[2]: n.strip() for n in names}


def choose(listed: dict[str, str], pattern: str, year: int | None, wfs: str) -> tuple[int, str]:
    """Return year and full name of the layer: the given year's, else the newest."""
    form = re.compile(re.escape(pattern).replace(r"\{ar\}", r"((?:19|20)\d\d)"), re.IGNORECASE)
    years = {int(m[1]): full for name, full in listed.items() if (m := form.fullmatch(name)) and m.groups()}
    if not years or (year is not None and year not in years):
        raise DataError(
            "SCB:s tjänst har inte lagret.",
            file=wfs,
            expected=pattern.format(ar=year or "<år>"),
            found=", ".join(str(y) for y in sorted(years)) or printable(", ".join(sorted(listed)[:8])),
            action="Ändra scb.ar eller lagrets namn ([hamta.scb]) i konfigurationen.",
        )
    newest = year if year is not None else max(years)
    return newest, years[newest]


def _make(web: Web, goal: Path, *, wfs: str, layer: str, size: int) -> None:
    """Write a whole layer to ``goal``: in one answer where the server gives it all, else page by page."""
    total = hits(web, wfs, layer)
    _page(web, goal, question(wfs, layer))
    rows, columns = _content(goal)
    if rows == total:
        return
    order = next((c for name in ORDER for c in columns if c.lower() == name), "")
    if rows > total or not rows or not order:  # pages in no order may lack rows and have others twice
        raise _incomplete(wfs, layer, total, rows)
    parts: list[Path] = []
    got = 0
    try:
        for number in range(min(MAX_PAGES, -(-total // min(rows, size)) + 1)):
            page = goal.with_name(f"{goal.stem}.sida{number}{goal.suffix}")
            parts.append(page)
            step = {"startIndex": got, "maxFeatures": min(rows, size)}
            _page(web, page, question(wfs, layer, **step, sortBy=order))
            count, _ = _content(page)
            got += count
            if got >= total or not count:
                break
        _joined(parts, goal, order)
    finally:
        for page in parts:
            page.unlink(missing_ok=True)
            page.with_name(page.name + PART).unlink(missing_ok=True)
    if _content(goal)[0] != total:
        raise _incomplete(wfs, layer, total, _content(goal)[0])


def hits(web: Web, wfs: str, layer: str) -> int:
    """Return how many rows the server says a layer has.

    Raises
    ------
    DataError
        When it does not say: a part of a layer could then not be told from the whole.
    """
    text = web.text(question(wfs, layer, resultType="hits").replace("&outputFormat=geopackage", ""))
    if found := re.search(r'\b(?:numberOfFeatures|numberMatched)="([0-9]{1,12})"', text):
        return int(found[1])
    if exception := sniff.exception_in(text):
        raise DataError(
            "SCB:s tjänst svarade med ett fel.",
            file=clean_url(wfs),
            expected=f"antalet rader i {layer}",
            found=f"ett undantag (tjänsten säger: {exception})",
            action=f"Kontrollera lagrets namn och år i konfigurationen ([hamta]). {LATER}",
        )
    raise DataError(
        "SCB:s tjänst säger inte hur många rader lagret har.",
        file=clean_url(wfs),
        expected=f"antalet rader i {layer}",
        found=printable(" ".join(text.split()), 80) or "ett tomt svar",
        action=f"Kontrollera hamta.scb.wfs i konfigurationen. {LATER}",
    )


def _page(web: Web, goal: Path, url: str) -> None:
    """Fetch one answer; the server makes it anew each time, so a cut one begins from the beginning."""
    part = Wanted(goal.name, url, SCB.publisher, SCB.licence, lambda p: "")
    fetch_place.fetched(part, goal.parent, web, goal)


def _content(path: Path) -> tuple[int, tuple[str, ...]]:
    """Return how many rows the only layer of a GeoPackage has, and its columns."""
    import pyogrio

    try:
        info: dict[str, Any] = pyogrio.read_info(path, force_feature_count=True)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as e:
        raise DataError(
            "SCB:s svar är inget helt GeoPackage.", file=path.name, found=by_library("något annat", e), action=LATER
        ) from None
    return int(info["features"]), tuple(map(str, info["fields"]))


def _joined(parts: list[Path], goal: Path, order: str) -> None:
    """Write the pages' rows to one GeoPackage; a row that stands in two pages counts once."""
    import pandas as pd
    import pyogrio

    frames = [pyogrio.read_dataframe(p) for p in parts]
    name = str(pyogrio.list_layers(parts[0])[0, 0])
    whole = pd.concat(frames, ignore_index=True)
    if order:
        whole = whole.drop_duplicates(order, ignore_index=True)
    goal.unlink(missing_ok=True)
    pyogrio.write_dataframe(whole, goal, layer=name, driver="GPKG", dataset_options={"VERSION": "1.2"})


def _incomplete(wfs: str, layer: str, total: int, rows: int) -> DataError:
    return DataError(
        "SCB:s tjänst lämnade inte hela lagret.",
        file=clean_url(question(wfs, layer)),
        expected=f"{total} rader",
        found=f"{rows} rader",
        action=f"Minska hamta.scb.sidstorlek i konfigurationen. {LATER}",
    )
