"""Pages as HTML: the shared look, a strict policy, everything escaped, nothing asked of anybody."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from markupsafe import Markup

from pipelines.config.region import Region
from pipelines.core import classes
from pipelines.core.level_words import MEANING, measures
from pipelines.core.quoted import RunFacts, Source
from pipelines.publish.catalogue import wording
from pipelines.publish.words import html
from pipelines.publish.words.codes import COST_SHORT
from pipelines.publish.words.edition_facts import credit_lines, notes
from pipelines.publish.words.language import Writer

PACKAGE = "pipelines.publish.pages.page"
WRITE = Writer("sv")


@cache
def texts() -> dict[str, Any]:
    """Return every text of the pages, with the words of measures and costs."""
    body: dict[str, Any] = json.loads(_read("sv.json"))
    named = measures()
    return {
        **body,
        "matt": named,
        "matt_vad": {m: f"{named[m]}: {meaning}." for m, meaning in MEANING.items()},
        "kostnad": {**COST_SHORT, "ej_redovisad": body["kostnad_ej_redovisad"]},
    }


def common(region: Region, facts: RunFacts, sources: list[Source], root: str) -> dict[str, Any]:
    """Return what every page's frame shows.

    Parameters
    ----------
    root : str
        The way to ``maps/`` from the page: empty, or ``../``.
    """
    t, publishing = texts(), region.publicering
    small = publishing.undertryckningsgrans
    return {
        "t": t,
        "rot": root,
        "demo": bool(facts["demo"]),
        "korning": facts["korning_id"],
        "anmarkningar": notes(facts),
        "webbplats": publishing.titel,
        "epost": publishing.kontakt_epost,
        "licens": wording.licence(region),
        "licens_kort": publishing.licens,
        "skydd": t["skydd"].format(grans=small, under=small - 1, fa_under=classes.few_below(small)),
        "kallor": [t["kalla"].format(rad=line) for line in credit_lines(sources)],
        "utgivare": t["utgivare"].format(utgivare=publishing.utgivare),
        "utgava": t["utgava"].format(
            version=facts["version"], pts=WRITE.day(facts["pts_datum"]), senaste=WRITE.day(facts["senaste_indatadatum"])
        ),
    }


def page(template: str, context: dict[str, Any], script: str = "") -> str:
    """Return a page; ``script`` is the name of its own script, if it has any: it may use what sorts tables."""
    styles = [html.stylesheet(demo=context["demo"]), _read("pages.css")]
    scripts = [html.sorting() + _read(script)] if script else []
    return (
        html.templates(PACKAGE)
        .get_template(template)
        .render(
            policy=html.policy(scripts, styles, images="data:"),
            styles=[Markup(s) for s in styles],
            scripts=[Markup(s) for s in scripts],
            **context,
        )
    )


def _read(name: str) -> str:
    return html.text_of(PACKAGE, name)
