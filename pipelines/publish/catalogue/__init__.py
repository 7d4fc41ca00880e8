"""``catalog.rdf``, ``catalog.ttl`` and ``metadata_iso19139.xml``: what is published, said so that portals find it.

Runs after every product under ``maps/`` is built: it tells their sizes and checksums, and sees to it that
nothing is published that no open product owns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines import files

if TYPE_CHECKING:
    from pipelines.paths import Paths
    from pipelines.region import Region


def run(region: Region, paths: Paths) -> None:
    """Write the catalogue as RDF/XML and Turtle, and the same as an ISO 19139 record.

    Raises
    ------
    ContractError
        When a file under ``maps/`` belongs to no open product.
    DataError
        When a file of an open product has not been built.
    """
    from pipelines.publish.catalogue import dcat, described, iso19139, rdf, resource

    described.check_listed(paths)
    what = described.gather(region, paths)
    graph = rdf.graph(dcat.statements(what))
    files.write_text(paths.built("maps/catalog.rdf"), rdf.xml(graph))
    files.write_text(paths.built("maps/catalog.ttl"), rdf.turtle(graph))
    record = iso19139.record(resource.of_edition(what))
    files.write_text(paths.built("maps/metadata_iso19139.xml"), record)
