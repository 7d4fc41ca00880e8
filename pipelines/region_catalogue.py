"""Configuration of what the catalogue tells besides the files: services, and editions that lie elsewhere."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote, urlsplit

from pydantic import Field, field_validator

from pipelines.region_base import Part


def web_address(value: str) -> str:
    """Return an address that others can reach, as it is; empty stays empty.

    Raises
    ------
    ValueError
        When it is no http address, or holds what an IRI cannot.
    """
    parts = urlsplit(value)
    if value and (
        parts.scheme not in ("http", "https") or "." not in (parts.hostname or "")
        or parts.fragment or quote(value, safe=":/?&=%~,;+@") != value
    ):  # fmt: skip
        raise ValueError(f"ska vara en webbadress (http eller https) utan mellanslag och #, men är {value}")
    return value


class Tjanster(Part):
    """Services that give the open datasets, where the publisher has set them up. Empty: none is told of."""

    wms: str = Field(
        default="", description="Adress till en WMS-tjänst för de öppna lagren, utan frågedel. Tomt: ingen."
    )
    wfs: str = Field(
        default="", description="Adress till en WFS-tjänst för de öppna lagren, utan frågedel. Tomt: ingen."
    )
    ogc_api: str = Field(
        default="",
        description="Landningssida för OGC API Features med de öppna lagren, utan frågedel. Tomt: ingen.",
    )

    _address = field_validator("wms", "wfs", "ogc_api")(web_address)

    @field_validator("wms", "wfs", "ogc_api")
    @classmethod
    def _bare(cls, value: str) -> str:
        if "?" in value:
            raise ValueError(f"ska vara tjänstens adress utan frågedel (?…), men är {value}")
        return value


class TidigareUtgava(Part):
    """An earlier edition that still lies on the web: the catalogue then tells that the datasets are a series."""

    datum: str = Field(description="Utgåvans dag (åååå-mm-dd): indatas senaste datum i den.")
    adress: str = Field(description="Var den utgåvans `maps/` ligger kvar.")

    _address = field_validator("adress")(web_address)

    @field_validator("datum")
    @classmethod
    def _day(cls, value: str) -> str:
        try:
            ok = date.fromisoformat(value).isoformat() == value
        except ValueError:
            ok = False
        if not ok:
            raise ValueError(f"ska vara en dag som finns, skriven åååå-mm-dd, men är {value}")
        return value
