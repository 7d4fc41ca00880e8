"""The demo region: a made-up county in the publishers' own formats, at full size, from one seed.

Everything here is invented but for the outlines and names of the kommuner and the position of their
localities. It shares no code with the coverage model, so that the model can be tried against a truth it
does not know.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.paths import Paths
from pipelines.region import Region


def run(region: Region, paths: Paths) -> None:
    """Make the demo region in ``paths.raw``: whole, or not at all."""
    from pipelines.demo import (
        addresses,
        clusters,
        fabric,
        history,
        install,
        lantmateriet,
        outline,
        pack,
        places,
        pts,
        scb,
        scb_kommun,
        tackning,
        targets,
        truth,
    )
    from pipelines.demo.common import stream
    from pipelines.made_from import demo_basis

    basis = demo_basis(paths.config)
    with install.scratch(paths.raw) as folder:
        land = outline.read(region)
        towns = places.make(region, paths.config, land)
        roads = fabric.make(stream(region.demo.fro, "vagar"), land, towns)
        homes = addresses.make(region, land, towns, roads)
        homes["adress_id"] = lantmateriet.ids(region, len(homes))
        built_up = clusters.make(region, land, towns, homes)
        homes = clusters.attach(built_up, homes)
        goals = targets.make(region, paths.config, truth.households(region, homes))
        homes = truth.make(region, land, towns, roads, homes, goals)
        with pack.fixed_clock(region.demo.ar):
            lantmateriet.write(region, land, towns, homes, folder)
            scb.write(region, land, homes, built_up, folder)
            tackning.write(region, homes, folder)
        scb_kommun.write(region, homes, folder)
        households = pts.write(region, homes, goals.riket, folder)
        history.write(region, paths.config, households, folder)
        truth.write(homes, _under(folder, "sanning") / "adresser.parquet")
        install.put_in_place(region, folder, paths.raw, basis)


def _under(folder: Path, name: str) -> Path:
    (folder / name).mkdir(parents=True, exist_ok=True)
    return folder / name
