"""Pages as HTML: the shared look, a strict policy, everything escaped, nothing asked of anybody."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from markupsafe import Markup

from pipelines.config.region import Region
from pipelines.core import classes
from pipelines.core.figure import as_chosen
from pipelines.core.level_words import MEANING, measures
from pipelines.core.quoted import RunFacts, Source
from pipelines.publish.catalogue import wording
from pipelines.publish.words import html
from pipelines.publish.words.edition_facts import credit_lines, notes
from pipelines.publish.words.language import LANGUAGES, Language, Writer
from pipelines.publish.words.project_list import WORDS as PROJECT_WORDS

PACKAGE = "pipelines.publish.pages.page"
_TAIL: dict[Language, str] = {"sv": ".html", "en": ".en.html"}


@cache
def texts(language: Language = "sv") -> dict[str, Any]:
    """Return every text of the pages, with the words of measures and the list of projects."""
    body: dict[str, Any] = json.loads(_read(f"{language}.json"))
    named = measures(language)
    return {
        **body,
        "matt": named,
        "projekt": PROJECT_WORDS[language],
        "matt_vad": {m: f"{named[m]}: {meaning}." for m, meaning in MEANING[language].items()},
    }


def filed(name: str, language: Language) -> str:
    """Return the file of a page in a language.

    >>> filed("kommuner/1401", "sv"), filed("index", "en")
    ('kommuner/1401.html', 'index.en.html')
    """
    return f"{name}{_TAIL[language]}"


@dataclass(frozen=True)
class Speech:
    """A page's language: its texts, and how it writes figures."""

    language: Language = "sv"

    @property
    def t(self) -> dict[str, Any]:
        """Every text of the pages."""
        return texts(self.language)

    @property
    def write(self) -> Writer:
        """How figures and dates are written."""
        return Writer(self.language)

    def plain(self, x: float) -> str:
        r"""Return a number with the decimals it has, at most one.

        >>> sv = Speech("sv").plain
        >>> sv(95.0), sv(97.5), sv(1000) == "1\u202f000", Speech("en").plain(97.5)
        ('95', '97,5', True, '97.5')
        """
        return self.write.tell(as_chosen(x, ""))


SPEECHES = tuple(Speech(language) for language in LANGUAGES)


def common(
    region: Region, facts: RunFacts, sources: list[Source], root: str, speech: Speech, *, translated: bool = True
) -> dict[str, Any]:
    """Return what every page's frame shows.

    Parameters
    ----------
    root : str
        The way to ``maps/`` from the page: empty, or ``../``.
    translated : bool
        Whether the page is there in every language; if not it says that it is in Swedish to who reads another.
    """
    t, write, publishing = speech.t, speech.write, region.publicering
    small, licence = publishing.undertryckningsgrans, wording.licence(region)
    titled = {"sv": publishing.titel, "en": texts("en")["ingang"]["namn"].format(lan=region.lan.kortnamn)}
    return {
        "t": t,
        "sprak": speech.language,
        "filnamn": {of: _TAIL[of] for of in LANGUAGES},
        "svans": _TAIL[speech.language],
        "andra_sprak": [(of, texts(of)["sprak_namn"]) for of in LANGUAGES if of != speech.language and translated],
        "rot": root,
        "demo": bool(facts["demo"]),
        "korning": facts["korning_id"],
        "anmarkningar": notes(facts, speech.language),
        "webbplats": titled[speech.language],
        "epost": publishing.kontakt_epost,
        "licens": licence,
        "licens_kort": publishing.licens,
        "licens_namn": licence.name if speech.language == "sv" else licence.name_en,
        "skydd": t["skydd"].format(grans=small, under=small - 1, fa_under=classes.few_below(small)),
        "kallor": credit_lines(sources),
        "utgivare": t["utgivare"].format(utgivare=publishing.utgivare),
        "utgava": t["utgava"].format(
            version=facts["version"], pts=write.day(facts["pts_datum"]), senaste=write.day(facts["senaste_indatadatum"])
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
