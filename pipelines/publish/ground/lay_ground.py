"""The ground under every map, made once: water, roads and names, generalised for each band of zoom; and borders.

All of it is public geography: roads are told as the land survey tells them, whatever is covered along them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core import files
from pipelines.core.paths import Paths
from pipelines.publish.ground import ground_bands, ground_borders, ground_code, ground_names, ground_roads, ground_water
from pipelines.tables import contracts
from pipelines.tables.ground_tables import GRUND_GRANSER, GRUND_NAMN, GRUND_VAGAR, GRUND_VATTEN

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.publish.ground.ground_bands import RoadBand
    from pipelines.publish.ground.ground_code import Steps


def run(region: Region, paths: Paths) -> None:
    """Make ``grund_vatten``, ``grund_vagar``, ``grund_namn`` and ``grund_granser``.

    They are made from ``kommunytor``, ``mark`` and ``vagar``.
    """
    kommuner = files.read_shapes(paths.table("kommunytor"), ["i_lan", "geometry"])
    outlines = kommuner["geometry"].to_numpy()
    water = water_bands(files.read_shapes(paths.table("mark"), ["geometry"])["geometry"].to_numpy(), outlines)
    roads = files.read_shapes(paths.table("vagar"))
    roads = roads[ground_roads.near(roads["geometry"].to_numpy(), outlines)].reset_index(drop=True)
    names = ground_names.placed(roads)
    taken = ground_code.pack(ground_code.layers(water)), ground_code.pack_names(names)
    told = road_bands(roads, sum(len(text) for _, text in taken))
    _write(water, GRUND_VATTEN, paths)
    files.write_points(contracts.check(names, GRUND_NAMN), paths.table("grund_namn"))
    _write(told, GRUND_VAGAR, paths)
    _write(borders(outlines[kommuner["i_lan"].to_numpy(bool)]), GRUND_GRANSER, paths)


def water_bands(mark: Any, outlines: Any) -> pd.DataFrame:
    """Return GRUND_VATTEN out of water and outlines (shapely polygons, EPSG:3006)."""
    import pandas as pd

    surface = ground_water.surface(mark, outlines)
    parts = [
        pd.DataFrame({"band": k, "steg_m": band.step_m, "geometry": ground_water.generalised(surface, band)})
        for k, band in enumerate(ground_bands.WATER)
    ]
    return pd.concat(parts, ignore_index=True)


def borders(shapes: Any) -> pd.DataFrame:
    """Return GRUND_GRANSER out of the län's kommuner with their water (shapely polygons, EPSG:3006)."""
    import pandas as pd

    lines = {"kommun": ground_borders.between(shapes), "lan": ground_borders.around(shapes)}
    rows = [pd.DataFrame({"niva": level, "geometry": of}) for level, of in lines.items()]
    return pd.concat(rows, ignore_index=True).assign(band=ground_bands.HOUSE)


def road_bands(roads: pd.DataFrame, taken: int) -> pd.DataFrame:
    """Return GRUND_VAGAR; ``taken`` is how many characters of a page the rest of the ground has."""
    import pandas as pd

    by_class, parts = ground_roads.merged(roads["geometry"].to_numpy(), roads["klass"]), []
    for k, band in enumerate(ground_bands.ROADS):
        told, size = _finest(k, band, *ground_roads.of_band(by_class, band.classes), ground_bands.MOST_BYTES - taken)
        taken += size
        parts.append(told)
    return pd.concat(parts, ignore_index=True)


def _finest(k: int, band: RoadBand, lines: Any, which: NDArray[np.uint8], room: int) -> tuple[pd.DataFrame, int]:
    """Return the roads of a band as finely as there is room for, and the characters they take.

    Each step of fineness takes more room than the next, so that the finest one that fits is found by halving.
    """
    import pandas as pd

    straight = ground_roads.onward(lines)

    def told(at: int) -> tuple[Steps, NDArray[np.uint8], int]:
        made, of = ground_roads.generalised(lines, which, band.fineness[at], straight)
        layer = ground_code.road_layer(k, band.fineness[at].step_m, made, of, band.classes)
        return made, of, len(ground_code.pack([layer])[1]) if len(of) else 0

    low, high = 0, len(band.fineness) - 1
    fits: dict[int, Any] = {}
    while low < high:
        middle = (low + high) // 2
        found = told(middle)
        if found[-1] <= room:
            high, fits = middle, {middle: found}
        else:
            low = middle + 1
    made, of, size = fits.get(high) or told(high)
    step_m, names = band.fineness[high].step_m, np.array(band.classes)[of]
    return pd.DataFrame({"band": k, "steg_m": step_m, "klass": names, "geometry": made.lines(step_m)}), size


def _write(rows: pd.DataFrame, table: contracts.Table, paths: Paths) -> None:
    import geopandas as gpd

    frame = gpd.GeoDataFrame(contracts.check(rows, table), geometry="geometry", crs=files.EPSG)
    files.write_polygons(frame, paths.table(table.name))
