"""Localities known by name, place and people: the configuration's file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from pipelines.config.reading import named_file
from pipelines.config.region import Region
from pipelines.core.errors import DataError, by_library
from pipelines.core.files import EPSG
from pipelines.demo.world.common import Floats


def read_localities(region: Region, config: Path) -> pd.DataFrame:
    """Read the localities that people live in: ``namn, folkmangd, e, n`` (EPSG:3006), in falling size.

    Raises
    ------
    DataError
        When the file cannot be read.
    """
    from pyproj import Transformer

    path = named_file(config, region.demo.orter_fil, "demo.orter_fil")
    try:
        rows = pd.read_csv(path)[["namn", "lat", "lon", "folkmangd"]]
    except (OSError, KeyError, ValueError) as fault:
        raise DataError(
            "Filen med orter går inte att läsa.",
            file=path,
            expected="CSV med namn, lat, lon, folkmangd",
            found=by_library("något annat", fault),
            action="Rätta demo.orter_fil i konfigurationen.",
        ) from None
    rows = rows.dropna()
    rows = rows[rows["folkmangd"] > 0].sort_values(["folkmangd", "namn"], ascending=[False, True], ignore_index=True)
    e, n = Transformer.from_crs(4326, EPSG, always_xy=True).transform(rows["lon"].to_numpy(), rows["lat"].to_numpy())
    return rows.assign(e=e, n=n)


def radius_m(people: Floats) -> Floats:
    """Radius of a locality from its people: Swedish tätorter hold 500 a km² when small, 2 700 at 600 000."""
    density = 520 * (np.maximum(people, 1) / 200) ** 0.205
    return np.sqrt(np.maximum(people, 1) / density * 1e6 / np.pi)
