"""``datapackage.json`` (Frictionless Data Package 1): the data dictionary, made from the contracts alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pipelines.core.quoted import Source
from pipelines.publish import products
from pipelines.publish.catalogue.wording import licence
from pipelines.publish.open_data import tableschema
from pipelines.publish.open_data.open_text import DEMO_COLUMN
from pipelines.publish.words.edition_facts import credit_lines, marked, midnight

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.core.paths import Paths
    from pipelines.core.quoted import RunFacts
    from pipelines.tables.contracts import Table


def describe(tables: Sequence[Table], region: Region, facts: RunFacts, sources: Sequence[Source], paths: Paths) -> str:
    """Return the package description; size and SHA-256 of each CSV file are those just written."""
    publishing = region.publicering
    demo = facts["demo"]
    given = licence(region)
    package: dict[str, Any] = {
        "profile": "tabular-data-package",
        "name": f"bredband-{region.lan.kod}",
        "id": f"{publishing.bas_url}/datapaket",
        "title": ("DEMO – " if demo else "") + publishing.titel,
        "description": marked("Öppen utgåva: bredbandstäckning i klasser och band.", facts),
        "homepage": publishing.bas_url,
        "version": facts["korning_id"],
        "created": midnight(facts),
        "demo": demo,
        "licenses": [{"name": given.spdx, "path": given.iri, "title": given.name}],
        "contributors": [{"title": publishing.utgivare, "email": publishing.kontakt_epost, "role": "publisher"}],
        "sources": [{"title": line} for line in credit_lines(list(sources))],
        "resources": [_resource(t, facts, paths) for t in tables],
    }
    return json.dumps(package, ensure_ascii=False, indent=1) + "\n"


def _resource(table: Table, facts: RunFacts, paths: Paths) -> dict[str, Any]:
    file = paths.built(f"maps/data/{table.name}.csv")
    product = next(p for p in products.open_products() if f"maps/data/{table.name}.csv" in {f.path for f in p.files})
    out = tableschema.resource(
        table.name,
        file.name,
        file,
        ("DEMO – " if facts["demo"] else "") + product.title,
        f"{table.description} {product.nytta}",
        [*map(tableschema.field, table.columns), tableschema.demo(DEMO_COLUMN, facts["demo"])],
        table.key,
    )
    if table.name in ("rutnat_250m", "bristomraden"):
        reference = {"resource": "kommuner", "fields": ["kommunkod"]}
        out["schema"]["foreignKeys"] = [{"fields": ["kommunkod"], "reference": reference}]
    return out
