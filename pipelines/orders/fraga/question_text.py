"""The questions told in Swedish: the same words on the screen, in ``fraga.md`` and on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.core import level_words
from pipelines.core.figure import Figure
from pipelines.core.level import Level
from pipelines.core.quoted import RunFacts
from pipelines.publish.words import markdown
from pipelines.publish.words.figure_words import tell
from pipelines.publish.words.swedish import number, percent

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.orders.fraga.question_list import Questions

SHOWN = 20
"""So many calls stand in the summary; all of them stand in ``samtal.csv``."""
STILL_PCT = 1.0
"""A plan no longer moves when the next answers give less than this share of what it reaches (antagande)."""
STILL_HOMES = 1.0
"""Nor when they give less than a household."""
ASKED = {
    "tillgang": "Kan hushållen i rutan få minst {mbit} Mbit/s i fast bredband nu?",
    "passerad": "Finns fast nät för minst {mbit} Mbit/s framme vid eller förbi hushållen i rutan?",
}


def question(level: Level) -> str:
    """Return what to ask about a cell.

    >>> question(Level("tillgang", 100))
    'Kan hushållen i rutan få minst 100 Mbit/s i fast bredband nu?'
    """
    return ASKED[level.measure].format(mbit=level.mbit)


def call(kind: str, place: str, cells: int) -> str:
    r"""Return whom to call.

    >>> call("smaort", "Ekedal", 34), call("", "Ale", 1) == "kommunen eller bynäten i Ale, landsbygd: 1 ruta"
    ('byanätet vid Ekedal: 34 rutor', True)
    """
    who = {"tatort": f"nätägaren i {place}", "": f"kommunen eller bynäten i {place}, landsbygd"}.get(
        kind, f"byanätet vid {place}"
    )
    return f"{who}: {number(cells)} {'ruta' if cells == 1 else 'rutor'}"


def still(found: Questions) -> bool:
    """Tell whether the next answers no longer move the plan."""
    return found.worth < max(STILL_HOMES, STILL_PCT / 100 * found.plan_homes)


def title(found: Questions) -> str:
    """Return what the list is."""
    return f"Fråga härnäst: {number(len(found.rutor))} rutor, {level_words.name(found.level)}"


def verdict(found: Questions) -> str:
    """Return whether it is worth while to ask more."""
    limit = f"under {percent(STILL_PCT, 0)} av planens hushåll, eller under ett hushåll"
    if still(found):
        return f"Planen rör sig inte längre: svaren väntas ge {number(found.worth, 1)} hushåll ({limit})."
    return (
        f"Det lönar sig att fråga: svaren väntas ge planen {number(found.worth)} hushåll till. "
        f"Sluta när det är {limit}."
    )


def figures(found: Questions, region: Region) -> list[tuple[str, str]]:
    """Return the key figures: what, how much."""
    model = 100 * found.plan_modelled / found.plan_homes if found.plan_homes > 0 else None
    return [
        ("Rutor att fråga om", number(len(found.rutor))),
        ("Samtal", number(len(found.samtal))),
        ("Väntad vinst av svaren, hushåll", number(found.worth, 1)),
        ("Väntad vinst om alla rutor vore kända, hushåll", number(found.all_worth, 1)),
        ("Planens budget", tell(Figure(region.projekt.budget_sek, unit="kr"))),
        ("Hushåll som planen når nu, väntat", number(found.plan_homes)),
        ("Del av dem i modellerade projekt", "–" if model is None else percent(model)),
        (
            "Pris för det sista hushållet, när svaren är kända",
            "budgeten räcker till allt" if found.covers_all else tell(Figure(found.price_sek, unit="kr")),
        ),
    ]


def how_back(found: Questions) -> list[str]:
    """Return how answers are read back, step by step."""
    return [
        "Fyll i kolumnen svar i fraga.csv (eller i QGIS: fraga.gpkg, formuläret, exportera lagret som CSV): ja om alla "
        "hushåll i rutan har det, nej om inget, andel om en del, med talet 0–1 i kolumnen andel. Lämna resten tomt.",
        "Lägg filen i indatamappen tackning med ett namn som börjar med rutor_svar, till exempel rutor_svar_1.csv.",
        "Lägg till en rad per kommun i tackning/kallor.csv: rutor_svar_1.csv,<kommunkod>,nej,<datum>,<vem>,nej. Det "
        "sista nej betyder att svaren inte får publiceras under kommunnivå; skriv ja om de får det. Kommuner i listan: "
        + ", ".join(sorted(set(found.rutor["kommunkod"])))
        + ".",
        "Kör make coverage och sedan make fraga igen. Ett svar avgör sin egen ruta, inga andra.",
    ]


def text(found: Questions, facts: RunFacts, region: Region) -> str:
    """Return the whole summary as Markdown."""
    calls = [
        (number(r.samtal), r.samtal_namn, r.kommunnamn, number(r.hushall), number(r.varde_hushall, 1))
        for r in found.samtal.head(SHOWN).itertuples()
    ]
    head = ["Samtal", "Vem", "Kommun", "Hushåll", "Väntad vinst, hushåll"]
    listed = f"## De första samtalen\n\n{markdown.table(head, calls, left=3)}" if calls else ""
    sections = [
        markdown.opening(title(found), facts),
        f"{markdown.cell(facts['lan'])}. Körning {facts['korning_id']}. Frågan: {question(found.level)}",
        f"**{verdict(found)}**",
        markdown.table(["Tal", ""], figures(found, region)),
        listed,
        "## Så läses svaren in\n\n" + "\n".join(f"{i}. {line}" for i, line in enumerate(how_back(found), start=1)),
        CAVEAT,
    ]
    return "\n\n".join(s for s in sections if s) + "\n"


CAVEAT = (
    "Vinsten är väntad: de flesta svar ändrar ingenting, några få mycket, och summan är snarare för hög än för låg (på "
    "demoregionen var den en och en halv till två gånger utfallet). Kostnaden per ruta är grov (schakt till "
    "närmaste nät, anslutning) och används bara för att välja. Metod: docs/bristanalys.md."
)
