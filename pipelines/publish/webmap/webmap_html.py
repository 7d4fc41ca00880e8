"""One self-contained page: folium's map and script, Leaflet and our own files inlined, a strict CSP."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import folium
from branca.element import Figure, MacroElement
from folium.template import Template
from markupsafe import Markup

from pipelines.core.level import LEVELS
from pipelines.publish.words.html import policy, sorting, stylesheet, templates, text_of

PAGE, SCRIPT = "pipelines.publish.webmap.page", "pipelines.publish.webmap.script"
FIRST_SCRIPTS = (
    "sweref.js",
    "data.js",
    "grid_layer.js",
    "palette.js",
    "kommuner.js",
    "tell/text.js",
    "tell/legend.js",
    "outline.js",
    "controls.js",
    "hold.js",
    "page.js",
)
"""What draws the first picture; they stand right below the map."""
LATER_SCRIPTS = (
    "areas.js",
    "projects.js",
    "tell/card.js",
    "tell/facts.js",
    "tell/area_list.js",
    "tell/project_list.js",
    "tell/table.js",
    "tell/sheet.js",
    "cursor.js",
    "address.js",
    "find/names.js",
    "find/search.js",
    "find/own_place.js",
)
"""What answers the reader; they stand last in the page."""
FIRST = (
    "if (window.DecompressionStream && [].at) (({ classList }) => { classList.add('skript', 'vantar'); "
    "setTimeout(() => classList.remove('vantar'), 8000); })(document.documentElement);"
)
"""Runs before anything is shown: only where the page's script can do its work are there controls and no picture.
What lies below the map waits for the map, but not for ever."""
GROUND = "pipelines.publish.ground.script"
GROUND_SCRIPTS = ("ground_data.js", "ground_layer.js")


class Page(Figure):  # type: ignore[misc]
    """A folium figure written with our own template: language, title, policy, nothing from elsewhere."""

    def render(self, **kwargs: Any) -> str:
        """Return the page; ``kwargs`` is the template's context."""
        for child in self._children.values():
            child.render()
        background = kwargs["bakgrund"]
        images = f"data: blob: {background.host if background else ''}".strip()
        ground = "".join(text_of(GROUND, name) for name in GROUND_SCRIPTS)
        first = [_leaflet("leaflet.js"), _own(FIRST_SCRIPTS) + ground, str(self.script.render())]
        last = sorting() + _own(LATER_SCRIPTS)
        styles = [
            _leaflet("leaflet.css"),
            stylesheet(demo=kwargs["demo"], intern=kwargs["intern"]),
            text_of(PAGE, "page.css") + _columns(),
        ]
        return (
            templates(PAGE)
            .get_template("template.html.j2")
            .render(
                forst_skript=Markup(FIRST),
                policy=policy([FIRST, *first, last], styles, images),
                styles=[Markup(s) for s in styles],
                skript_forst=[Markup(s) for s in first],
                skript_sist=Markup(last),
                map_html=Markup(self.html.render()),
                **kwargs,
            )
        )


class CountyMap(folium.Map):  # type: ignore[misc]
    """A folium map without the assets and the header (no zooming!) stock folium brings, and with a fixed name."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 (folium reads them so)
    default_css: list[tuple[str, str]] = []  # noqa: RUF012
    _template = Template(
        """
        {% macro html(this, kwargs) %}<div class="folium-map" id="{{ this.get_name() }}" tabindex="0"
          role="application" aria-labelledby="karta-namn" aria-describedby="karta-hjalp"></div>{% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.map("{{ this.get_name() }}", {
          center: {{ this.location|tojson }}, crs: L.CRS.{{ this.crs }},
          ...{{ this.options|tojavascript }}, ...bredband.motion()
        });
        {% endmacro %}
        """
    )

    def get_name(self) -> str:
        """Return the map's name in script and HTML; fixed, so that the same input gives the same bytes."""
        return "karta"


class GridLayer(MacroElement):  # type: ignore[misc]
    """The grid of cells, drawn on canvas by ``grid_layer.js`` from the arrays in the page."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = new bredband.GridLayer({{ this.options|tojavascript }});
        bredband.start({{ this._parent.get_name() }}, {{ this.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self, **options: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.options = options

    def get_name(self) -> str:
        """Return the layer's name in script."""
        return "rutor"


def render(context: dict[str, Any], bounds: list[list[float]]) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    context : dict
        What the template shows; see :func:`pipelines.publish.webmap.webmap_page.context`.
    bounds : list
        ``[[south, west], [north, east]]`` in degrees.
    """
    (south, west), (north, east) = bounds
    county = CountyMap(
        location=[(south + north) / 2, (west + east) / 2],
        tiles=None,
        zoom_start=7,
        min_zoom=5,
        max_zoom=17,
        zoom_control=False,
        attribution_control=False,
        zoom_snap=0.125,
    )
    county.add_child(GridLayer(min_zoom=5, max_zoom=17))
    page = Page()
    page.add_child(county)
    return page.render(**context)


def _own(names: tuple[str, ...]) -> str:
    return "".join(text_of(SCRIPT, name) for name in names)


def _columns() -> str:
    """Return the rules by which the table of kommuner shows the columns of the chosen level."""
    shown = ",\n".join(f"#kommuntabell[data-visa={level.code}] .{level.code}" for level in LEVELS)
    return f"{shown} {{ display: table-cell; }}\n"


@cache
def _leaflet(name: str) -> str:
    """Leaflet's own file from its PyPI package, less what would make the browser ask for another file."""
    from xstatic.pkg import leaflet

    body = (Path(leaflet.BASE_DIR) / name).read_text(encoding="utf-8")
    if name.endswith(".css"):
        return re.sub(r"(?:background-image|behavior)\s*:\s*url\([^)]*\)\s*;?", "", body)
    return re.sub(r"//# sourceMappingURL=.*", "", body)
