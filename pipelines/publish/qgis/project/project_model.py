"""What a QGIS project holds, told apart from how QGIS writes it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

Bounds = tuple[float, float, float, float]
"""West, south, east, north in EPSG:3006."""


class LayerStyle(NamedTuple):
    """One style of a layer: what themes find it by, what the reader sees it called, how it is drawn."""

    key: str
    name: str
    qml: str


@dataclass(frozen=True)
class Layer:
    """One layer of the project.

    Attributes
    ----------
    name : str
        Its own within the project; themes and legends name it.
    title, about : str
        Shown in the tree, and as the layer's metadata.
    source : str
        Relative to the project, with GDAL's ``|layername=`` where the file holds several.
    geometry : str
        ``Point``, ``LineString``, ``MultiLineString``, ``Polygon``, ``MultiPolygon``, ``raster``, or empty for a table.
    styles : tuple of LayerStyle
        The first is the one it opens with.
    visible : bool
    visible_from, visible_until : int, optional
        Scales (1:n) that take the place of the styles' own; see :func:`pipelines.publish.qgis.style.qml.document`.
    licence : str
        Name of the licence it may be used under; empty for what may not be passed on.
    credit : str
        Who is credited, where that is another than the project's publisher.
    """

    name: str
    title: str
    about: str
    source: str
    geometry: str
    styles: tuple[LayerStyle, ...]
    visible: bool = True
    expanded: bool = False
    visible_from: int = 0
    visible_until: int = 0
    licence: str = ""
    credit: str = ""

    @property
    def id(self) -> str:
        """QGIS's id of the layer. One of ten letters or less would be replaced when the project is read."""
        return f"bredband_{self.name}"

    def named(self, key: str) -> tuple[str, str]:
        """Return the layer and the name of the style with this key, as a theme has them."""
        return self.name, next(style.name for style in self.styles if style.key == key)

    @property
    def provider(self) -> str:
        """QGIS's name of what reads it."""
        return "gdal" if self.geometry == "raster" else "ogr"


@dataclass(frozen=True)
class Group:
    """A group of the tree. In an exclusive one only one layer is on at a time; one without a name is no group."""

    name: str
    layers: tuple[Layer, ...]
    expanded: bool = True
    exclusive: bool = False

    @property
    def short(self) -> str:
        """Its name where it is served: small letters, without å, ä and ö.

        >>> Group("Kommuner och län", ()).short
        'kommuner_och_lan'
        """
        return "_".join(re.findall(r"\w+", self.name.lower().translate(str.maketrans("åäö", "aao"))))


@dataclass(frozen=True)
class Theme:
    """A map theme: the layers that are on, with the style each has; all others are off.

    Those ``unfolded`` show their legend.
    """

    name: str
    shown: tuple[tuple[str, str], ...]
    unfolded: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bookmark:
    """A named place."""

    name: str
    group: str
    bounds: Bounds


@dataclass(frozen=True)
class Relation:
    """Rows of one layer that belong to a row of another, by a column both have."""

    id: str
    name: str
    parts: str
    whole: str
    column: str


@dataclass(frozen=True)
class Sheet:
    """One print layout.

    Attributes
    ----------
    name, heading, figure, text : str
        All but the name may hold QGIS expressions in ``[% %]``.
    theme : str
        The theme the map shows.
    legend : tuple of (layer, heading)
    atlas : str
        The layer that gives one page a row; empty for a single page.
    """

    name: str
    heading: str
    figure: str
    text: str
    theme: str
    legend: tuple[tuple[str, str], ...]
    atlas: str = ""


@dataclass(frozen=True)
class Service:
    """What QGIS Server tells of the project, and lets be fetched.

    Attributes
    ----------
    text, fees, constraints : str
        Abstract, what it costs, and on what terms it may be used.
    address : str
        Where the publisher tells more.
    features : tuple of str
        Layers whose rows are served (WFS and OGC API Features); maps are drawn of all (WMS).
    """

    text: str
    fees: str
    constraints: str
    address: str
    phone: str
    features: tuple[str, ...]


@dataclass(frozen=True)
class Project:
    """A whole project. One without a service is served by nobody: QGIS Server shows no layer of it."""

    title: str
    abstract: str
    demo: bool
    publisher: str
    contact: str
    keywords: tuple[str, ...]
    day: str
    imprint: tuple[str, ...]
    bounds: Bounds
    groups: tuple[Group, ...]
    themes: tuple[Theme, ...] = ()
    bookmarks: tuple[Bookmark, ...] = ()
    relations: tuple[Relation, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    kind: Literal["intern", "oppen"] = "intern"
    service: Service | None = None
    licence: str = ""

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Every layer, in the order of the tree."""
        return tuple(layer for g in self.groups for layer in g.layers)

    def layer(self, name: str) -> Layer:
        """Return one layer by its name."""
        return next(x for x in self.layers if x.name == name)


def off(layer: Layer) -> Layer:
    """Return the layer, not shown when the project opens."""
    return replace(layer, visible=False)
