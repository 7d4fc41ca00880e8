"""A page per kommun: its figures, its way to the goals, its own map and gap areas; one A4 when printed.

Made from the open tables alone, and of what PTS itself has published. Which kommuner there are is known to
the configuration, not to make: the step writes a stamp when all pages are there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.core import files
from pipelines.disclosure.open_run import read_open_sources

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.core.paths import Paths

FOLDER = "maps/kommuner"
STAMP = ".kommunsidor.klar"


def run(region: Region, paths: Paths) -> None:
    """Write ``maps/kommuner/<kod>.html`` and ``<kod>.en.html`` for every kommun of the region, then the stamp."""
    from pipelines.publish.pages import county as county_
    from pipelines.publish.pages import kommun_page, render

    county = county_.read(region, paths)
    sources = read_open_sources(paths)
    frames = [render.common(region, county.facts, sources, "../", speech) for speech in render.SPEECHES]
    for kod in county.rows:
        drawn = kommun_page.drawing(county, kod)
        for speech, frame in zip(render.SPEECHES, frames, strict=True):
            body = render.page(
                "kommun.html.j2", {**frame, **kommun_page.context(county, kod, drawn, speech)}, "table.js"
            )
            files.write_text(paths.built(render.filed(f"{FOLDER}/{kod}", speech.language)), body)
    files.write_text(paths.built(STAMP), "")
