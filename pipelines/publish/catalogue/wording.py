"""What is said of every edition, in the words of all its metadata: title, licence, lineage, dates, extent."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.core import files
from pipelines.core.publishers import GROUND, NAMED, SHARE_ALIKE
from pipelines.core.quoted import RunFacts, Source
from pipelines.publish.words import edition_facts as run

if TYPE_CHECKING:
    from pipelines.config.region import Region


@dataclass(frozen=True)
class Licence:
    """A licence data may be given under.

    Attributes
    ----------
    short : str
        As the configuration and the sources name it.
    iri : str
        Exactly as harvesters know it: https, or no slash, is another licence to them.
    name, name_en : str
        In full.
    spdx : str
        Its identifier among open licences.
    national : str
        Its fragment in the national metadata profile's code list; empty where that lacks it.
    """

    short: str
    iri: str
    name: str
    name_en: str
    spdx: str
    national: str

    @property
    def page(self) -> str:
        """Where a person reads it."""
        return self.iri.replace("http://", "https://")

    @property
    def line(self) -> str:
        """Return it in one line."""
        return f"{self.name}: {self.iri}"


LICENCES = {
    "CC BY 4.0": Licence(
        "CC BY 4.0",
        "http://creativecommons.org/licenses/by/4.0/",
        "Creative Commons Erkännande 4.0 Internationell (CC BY 4.0)",
        "Creative Commons Attribution 4.0 International (CC BY 4.0)",
        "CC-BY-4.0",
        "CCby4.0",
    ),
    "CC0 1.0": Licence(
        "CC0 1.0",
        "http://creativecommons.org/publicdomain/zero/1.0/",
        "Creative Commons CC0 1.0 Universell (CC0 1.0)",
        "Creative Commons CC0 1.0 Universal (CC0 1.0)",
        "CC0-1.0",
        "CC01.0",
    ),
}
"""By the name in the configuration."""
ODBL = Licence(
    "ODbL 1.0",
    "http://opendatacommons.org/licenses/odbl/1.0/",
    "Open Data Commons Open Database License 1.0 (ODbL 1.0)",
    "Open Data Commons Open Database License 1.0 (ODbL 1.0)",
    "ODbL-1.0",
    "",
)
"""What is made of OpenStreetMap's data and given away as data has it too."""
EPSG_3006 = "http://www.opengis.net/def/crs/EPSG/0/3006"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG_3857 = "http://www.opengis.net/def/crs/EPSG/0/3857"
CRS_NAMES = {
    EPSG_3006: "SWEREF 99 TM (EPSG:3006)",
    CRS84: "WGS 84, longitud och latitud (CRS84)",
    EPSG_3857: "Web Mercator (EPSG:3857)",
}
CELL_M = 250
LINEAGE = (
    "PTS:s statistik per kommun, SCB:s befolkningsrutnät och {adresser} har förts samman "
    "till rutor om 250 × 250 meter. Täckningen är uppmätt där täckningsuppgifter avgör, annars modellerad ur PTS:s "
    "andelar."
)
GROUND_LINEAGE = (
    "Vatten, vägar och färjeleder har lästs ur utgivarnas filer inom länets ram, slagits samman per klass, förenklats "
    "och klippts vid kommungränserna. Ingenting annat avgör vad som visas."
)
OPEN_LINEAGE = "Rutor återges i klasser, antal avrundade."


def licence(region: Region) -> Licence:
    """Return the licence of our data, the one place every product takes it from."""
    return LICENCES[region.publicering.licens]


def ground_licence(region: Region, sources: Iterable[Source]) -> Licence:
    """Return the licence of the ground under the map: our own, unless one of its sources asks for itself."""
    given = (s.licence.upper() for s in sources if not set(GROUND).isdisjoint(s.roles))
    shared = any(x.startswith(SHARE_ALIKE) for x in given)
    return ODBL if shared else licence(region)


def licence_line(region: Region) -> str:
    """Return the licence of our data in one line."""
    return licence(region).line


def check_licence(region: Region, sources: Sequence[Source]) -> None:
    """Check that our licence asks no less of who uses the data than the sources' own do.

    Raises
    ------
    DataError
        When the data are to be given away without conditions though a source wants to be credited.
    """
    from pipelines.core.errors import DataError

    strict = sorted({s.publisher for s in sources if s.licence.upper().startswith(NAMED)})
    if strict and not licence(region).spdx.startswith("CC-BY"):
        raise DataError(
            "Licensen i konfigurationen är friare än källornas.",
            column="publicering.licens",
            expected=f"CC BY 4.0: uppgifter från {', '.join(strict)} ska anges med källa",
            found=region.publicering.licens,
            action='Sätt licens = "CC BY 4.0" under [publicering].',
        )


def edition_title(region: Region, facts: RunFacts) -> str:
    """Return the title of the open edition as a whole."""
    return run.demo_prefix(facts) + f"Öppna data om bredband i {region.lan.kortnamn}"


def edition_text(region: Region, facts: RunFacts) -> str:
    """Return what the open edition as a whole is."""
    text = (
        f"Bredbandstäckning i {region.lan.namn}: 250 m-rutor, bristområden, kommuner och kartor ur samma "
        f"analys. PTS:s kartläggning {facts['pts_datum']}, SCB:s folkmängd {facts['scb_ar']}. Teoretisk täckning. "
        "Öppen utgåva: rutornas klasser och avrundade antal, inga adresser och inga små antal."
    )
    return run.marked(text, facts)


def lineage(credits: Sequence[str], facts: RunFacts, is_open: bool) -> str:
    """Return how the datasets came to be, and whose data they are made of."""
    told = (
        LINEAGE.format(adresser=run.addresses(facts)[0]),
        OPEN_LINEAGE if is_open else "",
        f"Källor (bearbetade): {'; '.join(credits)}.",
    )
    return " ".join(x for x in told if x)


def ground_lineage(credits: Sequence[str]) -> str:
    """Return how the ground under the map came to be, and whose data it is made of."""
    return f"{GROUND_LINEAGE} Källor (bearbetade): {'; '.join(credits)}."


def period(facts: RunFacts, sources: Sequence[Source]) -> tuple[str, str]:
    """Return the oldest and the newest reference date of the inputs."""
    dates = [s.date for s in sources if s.date] or [facts["senaste_indatadatum"]]
    return min(dates), max(dates)


def issued(region: Region, facts: RunFacts) -> str:
    """Return the date of the first edition; this one's, where the configuration does not say."""
    return region.publicering.utgiven or facts["senaste_indatadatum"]


def in_degrees(west: float, south: float, east: float, north: float) -> tuple[float, float, float, float]:
    """Return a box in EPSG:3006 as one in degrees that holds it, rounded outwards to 0.0001°."""
    from pyproj import Transformer

    to_degrees = Transformer.from_crs(files.EPSG, 4326, always_xy=True)
    a, b, c, d = to_degrees.transform_bounds(west, south, east, north, densify_pts=21)
    (low_x, low_y), (high_x, high_y) = (
        (math.floor(x * 1e4) / 1e4 for x in (a, b)),
        (math.ceil(x * 1e4) / 1e4 for x in (c, d)),
    )
    return low_x, low_y, high_x, high_y
