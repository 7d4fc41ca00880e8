"""``specifikation.html``: the data product specification of the open edition, by ISO 19131's headings.

Static: no script, no font or picture from elsewhere. Texts about what is published come from the registry,
the contracts and the configuration; the prose that holds the page together stands in the template.
"""

from __future__ import annotations

from importlib.resources import files as package_files
from typing import TYPE_CHECKING, Any

from pipelines import files

if TYPE_CHECKING:
    from pipelines.paths import Paths
    from pipelines.region import Region


def run(region: Region, paths: Paths) -> None:
    """Write the specification. Every other product but the catalogue is built by then: it lists their files."""
    from pipelines.publish.specification.content import context

    files.write_text(paths.built("maps/specifikation.html"), render(context(region, paths)))


def render(context: dict[str, Any]) -> str:
    """Return the page; every value of ``context`` is escaped in it."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    from pipelines.publish.html import policy, stylesheet

    own = (package_files(__package__) / "specifikation.css").read_text(encoding="utf-8")
    environment = Environment(
        loader=PackageLoader(__package__, "."), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    styles = [stylesheet(), own]
    return environment.get_template("specifikation.html.j2").render(
        policy=policy((), styles, images="data:"), styles=[Markup(s) for s in styles], **context
    )
