"""The demo region: a made-up county in the publishers' own formats, at full size, from one seed.

Everything here is invented but for the generalised outlines, the names and the land areas of the kommuner, and the
position of their localities. It shares no code with the coverage model, so that the model can be tried against a
truth it does not know.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.config.region import Region
from pipelines.core.paths import Paths


def run(region: Region, paths: Paths) -> None:
    """Make the demo region in ``paths.raw``: whole, or not at all."""
    from pipelines.demo.files import (
        earlier_years,
        finish,
        pack,
        write_building_list,
        write_byggnader,
        write_ground,
        write_lantmateriet,
        write_pts,
        write_roads,
        write_scb,
        write_scb_totals,
        write_tackning,
    )
    from pipelines.demo.streets import road_net
    from pipelines.demo.world import clusters, demo_land, fabric, hidden_truth, inhabitants, settlements, targets
    from pipelines.demo.world.common import stream
    from pipelines.incoming.made_from import demo_basis

    basis = demo_basis(paths.config)
    with finish.scratch(paths.raw) as folder:
        land = demo_land.read(region, paths.config)
        towns = settlements.make(region, paths.config, land)
        roads = fabric.make(stream(region.demo.fro, "vagar"), land, towns)
        homes, grid = inhabitants.make(region, land, towns, roads)
        net = road_net.make(region.demo.fro, land, towns, grid, roads, homes)
        homes["adress_id"] = write_lantmateriet.ids(region, len(homes))
        built_up = clusters.make(region, land, towns, homes)
        homes = clusters.attach(built_up, homes)
        goals = targets.make(region, paths.config, hidden_truth.households(region, homes))
        homes = hidden_truth.make(region, land, towns, roads, homes, goals)
        with pack.fixed_clock(region.demo.ar):
            write_lantmateriet.write(region, land, towns, homes, folder)
            write_byggnader.write(region, homes, folder)
            write_ground.write(region, land, towns, folder)
            write_roads.write(region, net, folder)
            write_scb.write(region, land, homes, built_up, folder)
            write_tackning.write(region, homes, folder)
        write_scb_totals.write(region, homes, folder)
        write_scb_totals.write_dwellings(region, homes, folder)
        write_building_list.write(region, homes, built_up, folder)
        households = write_pts.write(region, homes, goals.riket, folder)
        earlier_years.write(region, paths.config, households, folder)
        hidden_truth.write(homes, _under(folder, "sanning") / "adresser.parquet")
        finish.put_in_place(region, folder, paths.raw, basis)


def _under(folder: Path, name: str) -> Path:
    (folder / name).mkdir(parents=True, exist_ok=True)
    return folder / name
