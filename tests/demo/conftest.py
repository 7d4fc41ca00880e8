"""A small län that is not Västra Götaland, made once for all tests of the demo region."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from pipelines.config.region import Region, load_region
from pipelines.core.paths import Paths
from pipelines.demo.make_demo import run
from tests.conftest import made_once

from .reading import addresses

BLEKINGE = {
    "1060": ("Olofström", 39_100),
    "1080": ("Karlskrona", 104_300),
    "1081": ("Ronneby", 82_800),
    "1082": ("Karlshamn", 48_900),
    "1083": ("Sölvesborg", 18_600),
}
ORTER = """namn,lat,lon,folkmangd
Karlskrona,56.1612,15.5869,36477
Karlshamn,56.1706,14.8619,13576
Sölvesborg,56.0521,14.5753,9132
Lyckeby,56.1986,15.6530,9000
Ronneby,56.2100,15.2760,13184
Tomby,56.3,15.3,0
Annorstädes,59.3,18.0,1000000
"""
SHARES = """ar_1_oktober,omrade_namn,omradestyp,matt,andel_pct,kalla
2023,Blekinge,totalt,tillgang_100,92,påhittad
2022,Blekinge,glesbebyggt,tillgang_100,64,påhittad
2023,Riket,totalt,tillgang_100,93.3,påhittad
2023,Olofström,totalt,tillgang_100,71.5,påhittad
2015,Ronneby,totalt,tillgang_100,11,påhittad
"""


def write_config(
    folder: Path,
    kommuner: dict[str, tuple[str, int]],
    *,
    lan: tuple[str, str, str] = ("10", "Blekinge län", "Blekinge"),
    size: tuple[int, int, int] = (6_000, 16_500, 7_600),
    seed: int = 7,
    orter: str = ORTER,
    shares: str = SHARES,
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "orter.csv").write_text(orter, encoding="utf-8")
    (folder / "andelar.csv").write_text(shares, encoding="utf-8")
    rows = "\n".join(f'  {{ kod = "{k}", namn = "{n}", land_ha = {ha} }},' for k, (n, ha) in kommuner.items())
    path = folder / "lan.toml"
    path.write_text(
        f"""[lan]
kod = "{lan[0]}"
namn = "{lan[1]}"
kortnamn = "{lan[2]}"
kommuner = [
{rows}
]
[publicering]
utgivare = "Ingen"
kontakt_epost = "a@example.org"
bas_url = "https://example.org"
[demo]
fro = {seed}
adresser = {size[0]}
befolkning = {size[1]}
hushall = {size[2]}
orter_fil = "orter.csv"
kalibrering_fil = "andelar.csv"
""",
        encoding="utf-8",
    )
    return path


def make(config: Path, goal: Path) -> tuple[Region, Path]:
    region = load_region(config)
    run(region, Paths(config, goal, goal.parent / "ut", goal.parent / "kartor"))
    return region, goal


@pytest.fixture(scope="session")
def blekinge(tmp_path_factory: pytest.TempPathFactory) -> tuple[Region, Path]:
    folder = made_once(tmp_path_factory, "blekinge", lambda f: make(write_config(f, BLEKINGE), f / "demo"))
    return load_region(folder / "lan.toml"), folder / "demo"


@pytest.fixture(scope="session")
def register(blekinge: tuple[Region, Path], tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Every address row of the demo's zips."""
    return addresses(blekinge[1], tmp_path_factory.mktemp("las"))
