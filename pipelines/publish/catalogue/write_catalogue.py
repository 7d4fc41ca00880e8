"""The catalogue as RDF, and ISO 19139 records of the edition and each dataset: said so that portals find it all.

Runs after every product under ``maps/`` is built: it tells their sizes and checksums, and sees to it that
nothing is published that no open product owns.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from pipelines.core import files

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.core.paths import Paths


def run(region: Region, paths: Paths) -> None:
    """Write the catalogue as RDF/XML and Turtle, and the same as ISO 19139 records.

    Raises
    ------
    ContractError
        When a file under ``maps/`` belongs to no open product.
    DataError
        When a file of an open product has not been built.
    """
    from pipelines.publish.catalogue import catalogue_content, iris
    from pipelines.publish.catalogue.as_iso import iso19139, resource
    from pipelines.publish.catalogue.as_rdf import dcat, rdf

    catalogue_content.check_listed(paths)
    what = catalogue_content.gather(region, paths)
    graph = rdf.graph(dcat.statements(what))
    files.write_text(paths.built("maps/catalog.rdf"), rdf.xml(graph))
    files.write_text(paths.built("maps/catalog.ttl"), rdf.turtle(graph))
    record = iso19139.record(resource.of_edition(what))
    files.write_text(paths.built("maps/metadata_iso19139.xml"), record)
    shutil.rmtree(paths.built("maps/metadata"), ignore_errors=True)  # a dataset that is gone leaves no record
    for x in what.datasets:
        own = paths.built(f"maps/{iris.record(x.product.id)}")
        files.write_text(own, iso19139.record(resource.of_dataset(what, x)))
