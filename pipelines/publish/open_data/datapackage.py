"""``datapackage.json`` (Frictionless Data Package 1): the data dictionary, made from the contracts alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pipelines import files, products
from pipelines.publish.catalogue.wording import licence
from pipelines.publish.facts import DEMO_TEXT, Source, credit_lines, midnight
from pipelines.publish.gpkg_extras import described
from pipelines.publish.open_data.text import DEMO_COLUMN

if TYPE_CHECKING:
    from pipelines.contracts import Column, Table
    from pipelines.paths import Paths
    from pipelines.publish.facts import RunFacts
    from pipelines.region import Region

_TYPES = {"text": "string", "heltal": "integer", "decimal": "number", "ja_nej": "boolean"}


def describe(
    tables: Sequence[Table], region: Region, facts: RunFacts, sources: Sequence[Source], paths: Paths
) -> str:
    """Return the package description; size and SHA-256 of each CSV file are those just written."""
    publishing = region.publicering
    demo = facts["demo"]
    lead = f"{DEMO_TEXT} " if demo else ""
    given = licence(region)
    package: dict[str, Any] = {
        "profile": "tabular-data-package",
        "name": f"bredband-{region.lan.kod}",
        "id": f"{publishing.bas_url}/datapaket",
        "title": ("DEMO – " if demo else "") + publishing.titel,
        "description": f"{lead}Öppen utgåva: bredbandstäckning i klasser och band.",
        "homepage": publishing.bas_url,
        "version": facts["korning_id"],
        "created": midnight(facts),
        "demo": demo,
        "licenses": [{"name": given.spdx, "path": given.iri, "title": given.name}],
        "contributors": [
            {"title": publishing.utgivare, "email": publishing.kontakt_epost, "role": "publisher"}
        ],
        "sources": [{"title": line} for line in credit_lines(list(sources))],
        "resources": [_resource(t, facts, paths) for t in tables],
    }
    return json.dumps(package, ensure_ascii=False, indent=1) + "\n"


def _resource(table: Table, facts: RunFacts, paths: Paths) -> dict[str, Any]:
    file = paths.built(f"maps/data/{table.name}.csv")
    product = next(
        p for p in products.open_products() if f"maps/data/{table.name}.csv" in {f.path for f in p.files}
    )
    demo = [
        {"name": DEMO_COLUMN, "type": "string", "title": "Demo",
         "description": "DEMO när uppgifterna är påhittade, annars nej.",
         "constraints": {"required": True, "enum": ["DEMO" if facts["demo"] else "nej"]}}
    ]  # fmt: skip
    schema = {
        "fields": [*map(_field, table.columns), *demo],
        "primaryKey": list(table.key),
        "missingValues": [""],
    }
    if table.name in ("rutnat_250m", "bristomraden"):
        reference = {"resource": "kommuner", "fields": ["kommunkod"]}
        schema["foreignKeys"] = [{"fields": ["kommunkod"], "reference": reference}]
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": file.name,
        "title": ("DEMO – " if facts["demo"] else "") + product.title,
        "description": f"{table.description} {product.nytta}",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": file.stat().st_size,
        "hash": f"sha256:{files.sha256(file)}",
        "dialect": {"delimiter": ",", "doubleQuote": True, "lineTerminator": "\n", "header": True},
        "schema": schema,
    }


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "type": _TYPES[column.kind], "title": column.alias}
    if text := described(column):
        field["description"] = text
    if column.kind == "ja_nej":
        field |= {"trueValues": ["ja"], "falseValues": ["nej"]}
    limits: dict[str, Any] = {}
    if not column.nullable and "" not in column.values:
        limits["required"] = True
    if column.values and "" not in column.values:
        limits["enum"] = list(column.values)
    if column.pattern:
        limits["pattern"] = column.pattern
    whole = column.kind == "heltal"
    for name, value in (("minimum", column.low), ("maximum", column.high)):
        if value is not None:
            limits[name] = int(value) if whole else value
    return field | ({"constraints": limits} if limits else {})
