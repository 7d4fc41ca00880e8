"""``specifikation.html``: the data product specification of the open edition, by ISO 19131's headings.

Static: no script, no font or picture from elsewhere. Texts about what is published come from the registry,
the contracts and the configuration; the prose that holds the page together stands in the template.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.core import files

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.core.paths import Paths

PACKAGE = "pipelines.publish.specification"


def run(region: Region, paths: Paths) -> None:
    """Write the specification. Every other product but the catalogue is built by then: it lists their files."""
    from pipelines.publish.specification.specification_content import context

    files.write_text(paths.built("maps/specifikation.html"), render(context(region, paths)))


def render(context: dict[str, Any]) -> str:
    """Return the page; every value of ``context`` is escaped in it."""
    from markupsafe import Markup

    from pipelines.publish.words.html import policy, stylesheet, templates, text_of

    styles = [stylesheet(demo=context["demo"]), text_of(PACKAGE, "specifikation.css")]
    return (
        templates(PACKAGE)
        .get_template("specifikation.html.j2")
        .render(policy=policy((), styles, images="data:"), styles=[Markup(s) for s in styles], **context)
    )
