"""Configuration of what the catalogue tells besides the files: services, and editions that lie elsewhere."""

from __future__ import annotations

from datetime import date

from pydantic import Field, field_validator

from pipelines.config.strict import BaseUrl, Iri, Part, told_address


class Tjanster(Part):
    """Services that give the open datasets, where the publisher has set them up. Empty: none is told of."""

    wms: Iri = Field(
        default="", description="Adress till en WMS-tjänst för de öppna lagren, utan frågedel. Tomt: ingen."
    )
    wfs: Iri = Field(
        default="", description="Adress till en WFS-tjänst för de öppna lagren, utan frågedel. Tomt: ingen."
    )
    ogc_api: Iri = Field(
        default="", description="Landningssida för OGC API Features med de öppna lagren, utan frågedel. Tomt: ingen."
    )

    @field_validator("wms", "wfs", "ogc_api")
    @classmethod
    def _bare(cls, value: str) -> str:
        if "?" in value:
            raise ValueError(f"ska vara tjänstens adress utan frågedel (?…), men är {told_address(value)}")
        return value


class TidigareUtgava(Part):
    """An earlier edition that still lies on the web: the catalogue then tells that the datasets are a series."""

    datum: str = Field(description="Utgåvans dag (åååå-mm-dd): indatas senaste datum i den.")
    adress: BaseUrl = Field(description="Var den utgåvans `maps/` ligger kvar.")

    @field_validator("datum")
    @classmethod
    def _day(cls, value: str) -> str:
        try:
            ok = date.fromisoformat(value).isoformat() == value
        except ValueError:
            ok = False
        if not ok:
            raise ValueError(f"ska vara en dag som finns, skriven åååå-mm-dd, men är {told_address(value)}")
        return value
