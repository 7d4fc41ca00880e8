"""``specifikation.html``: the data product specification of the open edition, by ISO 19131's headings.

Static: no script, no font or picture from elsewhere. Texts about what is published come from the registry,
the contracts and the configuration; the prose that holds the page together stands in the template.
"""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files as package_files
from typing import TYPE_CHECKING, Any

from pipelines import contracts_open, files
from pipelines.publish import facts as run_facts
from pipelines.publish import palette, swedish

if TYPE_CHECKING:
    from pipelines.contracts import Column, Table
    from pipelines.paths import Paths
    from pipelines.products import File, Product
    from pipelines.region import Region

KINDS = {"text": "text", "heltal": "heltal", "decimal": "decimaltal", "ja_nej": "ja/nej"}
FREQUENCIES = {
    "ANNUAL": "en gång om året", "ANNUAL_2": "två gånger om året", "QUARTERLY": "varje kvartal",
    "MONTHLY": "varje månad", "IRREG": "när nya uppgifter finns",
}  # fmt: skip


def run(region: Region, paths: Paths) -> None:
    """Write the specification."""
    files.write_text(paths.built("maps/specifikation.html"), render(context(region, paths)))


def context(region: Region, paths: Paths) -> dict[str, Any]:
    """Return what the template shows: plain values, every one of them escaped there."""
    from pipelines.products import open_products
    from pipelines.publish.catalogue import described, iris
    from pipelines.publish.describe_columns import BASIS
    from pipelines.publish.specification.quality import figures

    facts, sources = run_facts.read_facts(paths), run_facts.read_sources(paths)
    root = iris.base(region)
    publishing = region.publicering
    west, south, east, north = described.bounds(paths)
    return {}
