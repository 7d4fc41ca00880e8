"""A plan told in Swedish: the same words on the screen and in ``plan.md``."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.core import level_words
from pipelines.core.figure import Figure, as_chosen
from pipelines.core.quoted import RunFacts
from pipelines.publish.words import markdown
from pipelines.publish.words.figure_words import tell
from pipelines.publish.words.swedish import day, number, percent

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.orders.plan.plan_request import Request
    from pipelines.projects.build_plan import Plan

SHOWN = 20
"""So many projects stand in the summary; all of them stand in ``projekt.csv``."""


@dataclass(frozen=True)
class Order:
    """A plan with what is told of it: the joint trench (metres; along roads?), and the tables written."""

    wish: Request
    plan: Plan
    gemensamt_m: float
    langs_vag: bool
    projekt: pd.DataFrame
    kommuner: pd.DataFrame
    mix: pd.DataFrame


def text(order: Order, facts: RunFacts, region: Region) -> str:
    """Return the whole summary as Markdown."""
    sections = [
        markdown.opening(title(order), facts),
        which_run(order, facts),
        result(order),
        optimum(order, region),
        over_stop(order, region),
        mix(order),
        together(order),
        kommuner(order),
        areas(order),
        CAVEATS,
    ]
    return "\n\n".join(s for s in sections if s) + "\n"


CAVEATS = (
    "Kostnaderna är för jämförelse mellan projekt, på konfigurationens antaganden; de är ingen offert. Hushåll är "
    "väntade antal. Trösklarna gäller hastighet ned. Låg och hög kostnad har alla antaganden i sin ena ände "
    "samtidigt; låg och hög för hushållen är ett 90-procentigt intervall (modellerat), där projekten felar var för "
    "sig. Metod och antaganden: docs/bristanalys.md."
)


def title(order: Order) -> str:
    """Return what the plan is for."""
    wish = order.wish
    goal = f"mål {_pct(wish.mal_pct)}" if wish.mal_pct is not None else f"budget {_kr(wish.budget_sek or 0)}"
    return f"Plan: {goal}, {level_words.name(wish.level)}"


def which_run(order: Order, facts: RunFacts) -> str:
    """Return which edition the plan is made from."""
    del order
    return (
        f"{markdown.cell(facts['lan'])}. Körning {facts['korning_id']}. PTS-statistik {day(facts['pts_datum'])}, "
        f"senaste indata {day(facts['senaste_indatadatum'])}."
    )


def result(order: Order) -> str:
    """Return what is built, what it costs and reaches, and what is left."""
    f, wish, rows = _numbers(order), order.wish, order.projekt
    built = rows["byggs"]
    left = rows.loc[~built, "hushall_utan"].sum()
    lines: list[tuple[str, str]] = []
    if wish.budget_sek is not None:
        lines.append(("Budget", _kr(wish.budget_sek)))
    else:
        lines.append(("Mål", f"{_pct(wish.mal_pct)} av länets hushåll"))
    lines += [
        ("Projekt som byggs", f"{number(built.sum())} av {number(len(rows))}"),
        ("Kostnad", _kr(f["kostnad_sek"])),
        ("  låg – hög", f"{_kr(f['kostnad_lag_sek'])} – {_kr(f['kostnad_hog_sek'])}"),
    ]
    if wish.budget_sek is not None:
        lines.append(("Kvar av budgeten", _kr(f["kvar_sek"])))
    reached, model = f["hushall_nas"], f["hushall_nas_modellerade"]
    lines += [
        ("Hushåll som nås", f"{number(reached)} av {number(f['hushall_utan'])} utan"),
        ("  låg – hög (90 %)", f"{number(f['hushall_nas_lag'])} – {number(f['hushall_nas_hog'])}"),
        ("  i uppmätta projekt", _part(reached - model, reached)),
        ("  i modellerade projekt", _part(model, reached)),
        ("Andel av länets hushåll, före", percent(f["andel_fore_pct"], 2)),
        ("Andel av länets hushåll, efter", percent(f["andel_efter_pct"], 2)),
        ("Hushåll utan, i projekt som inte byggs", number(left)),
        ("Hushåll utan, utspritt utanför projekten", number(max(0.0, f["hushall_utan"] - reached - left))),
    ]
    said = "" if len(rows) else "\n\nDet finns inga projekt för den här tröskeln och det här måttet."
    if len(rows) and rows["kostnad_sek"].isna().all():
        said = "\n\nIngen adress i länet har täckning: det finns inget nät att ansluta till, och kostnaden är okänd."
    elif wish.mal_pct is not None and not built.any():
        said = "\n\nMålet är redan nått; inget behöver byggas."
    return markdown.table(["Resultat", ""], lines) + said


def optimum(order: Order, region: Region) -> str:
    """Return the integer optimum beside the plan, how far apart they are, and how well it is proven."""
    f, wish = _numbers(order), order.wish
    proven = (
        "Optimum är bevisat."
        if f["optimum_gap"] <= region.prioritering.optimum_relativt_gap
        else f"Optimum är inte bevisat: det bästa möjliga kan ligga {percent(100 * f['optimum_gap'], 4)} bort."
    )
    rule = "Planen följer prioritet och hoppar över det som inte längre ryms."
    if wish.budget_sek is None:
        rule = "Planen följer prioritet tills målet är nått."
    what = "mer kronor" if wish.budget_sek is None else "mindre nytta"
    rows = [
        ("Planen (följer prioritet)", number(f["hushall_nas"], 1), _kr(f["kostnad_sek"])),
        ("Heltalsoptimum", number(f["optimum_hushall"], 1), _kr(f["optimum_kostnad_sek"])),
    ]
    gap = percent(max(0.0, f["skillnad_optimum_pct"]), 3)
    after = f"{rule} Skillnad: {gap} {what} än optimum. {proven}"
    weights = region.prioritering
    if weights.vikt_adresser or weights.vikt_befolkning:
        after += " Nytta är vägd efter konfigurationens vikter, inte bara hushåll."
    return markdown.table(["Bredvid", "Hushåll", "Kostnad"], rows) + "\n\n" + after


def over_stop(order: Order, region: Region) -> str:
    """Return what lies above the stop price: how much of it is built, and what the rest may have instead."""
    stop, rows = region.projekt.stoppris_sek_per_hushall, order.projekt
    over = rows[rows["over_stoppris"]]
    if stop is None or over.empty:
        return ""
    built, left = over[over["byggs"]], over[~over["byggs"]]
    said = (
        f"Stoppris {_kr(stop)} per hushåll: {number(len(over))} projekt med "
        f"{number(over['hushall_utan'].sum())} hushåll kostar mer. "
    )
    if len(built):
        said += f"Målet kräver ändå {number(len(built))} av dem, för {_kr(built['kostnad_sek'].sum())}. "
    if left.empty:
        return said.strip()
    technique = left["alternativ_teknik"].iloc[0]
    if not technique:
        return f"{said}Konfigurationen har ingen annan teknik för dem."
    counts = "" if left["alternativ_raknas"].all() else f" Den ger inte {order.wish.level.mbit} Mbit/s."
    return (
        f"{said}Med {technique} i stället nås {number(left['alternativ_nas'].sum())} av "
        f"{number(left['hushall_utan'].sum())} hushåll för {_kr(left['alternativ_sek'].sum())}.{counts} Vilka: "
        "over_stoppris i projekt.csv."
    )


def mix(order: Order) -> str:
    """Return the cheapest mix of techniques for each goal at the plan's level."""
    if order.mix.empty:
        return ""
    rows = [
        (
            r.mal if r.mix_teknik == "Fiber" else "",
            r.mix_teknik,
            number(r.antal_projekt),
            number(r.hushall_nas),
            number(r.kostnad_sek / 1e6, 1),
            "" if r.mix_teknik != "Summa" else percent(r.andel_efter_pct, 2) + ("" if r.nar_malet else ": nås inte"),
        )
        for r in order.mix.itertuples()
    ]
    head = ["Billigaste mix", "Teknik", "Projekt", "Hushåll", "Mnkr", "Andel efter"]
    after = (
        "Utan hänsyn till budget. Målen är teknikneutrala: en teknik räknas vid trösklar upp till sin hastighet, men "
        "inte i PTS:s statistik om den inte är trådbunden. Priserna är konfigurationens antaganden."
    )
    return markdown.table(head, rows, left=2) + "\n\n" + after


def together(order: Order) -> str:
    """Return what neighbouring areas save by sharing trench."""
    rows = order.projekt[order.projekt["byggs"]]
    own = float(rows["schakt_m"].sum())
    if own <= 0 or not math.isfinite(order.gemensamt_m):
        return ""
    saved = max(0.0, own - order.gemensamt_m)
    f = _numbers(order)
    how = "längs väg" if order.langs_vag else "fågelväg"
    once = " när varje sträcka grävs en gång" if order.langs_vag else ""
    said = f"var för sig {_m(own)} ({how}), byggda tillsammans {_m(order.gemensamt_m)}{once}"
    if saved < 0.5:
        return f"Grannar som delar schakt: {said}. Här finns inget att spara."
    return (
        f"Grannar som delar schakt: {said}. Det sparar {_m(saved)} "
        f"({percent(100 * saved / own, 2)}), ungefär {_kr(f['kostnad_schakt_sek'] * saved / own)}. Besparingen är "
        "inte inräknad: planen räknar varje projekt för sig."
    )


def kommuner(order: Order) -> str:
    """Return each kommun before and after, the län last."""
    rows = [
        (
            r.namn,
            number(r.hushall),
            number(r.hushall_utan_fore),
            number(r.hushall_nas),
            percent(r.andel_fore_pct, 2),
            percent(r.andel_efter_pct, 2),
            number(r.kostnad_sek / 1e6, 1),
        )
        for r in order.kommuner.itertuples()
    ]
    head = ["Kommun", "Hushåll", "Utan före", "Nås", "Andel före", "Andel efter", "Mnkr"]
    return "## Kommunerna före och efter\n\n" + markdown.table(head, rows)


def areas(order: Order) -> str:
    """Return the first areas to build."""
    built = order.projekt[order.projekt["byggs"]]
    if built.empty:
        return ""
    rows = [
        (
            number(r.ordning),
            r.namn,
            r.kommunnamn,
            "modellerat" if r.modellerad else "uppmätt",
            number(r.hushall_utan, 1),
            number(r.kostnad_sek),
            number(r.kostnad_ack_sek),
        )
        for r in built.head(SHOWN).itertuples()
    ]
    head = ["Ordning", "Projekt", "Kommun", "Underlag", "Hushåll", "Kostnad, kr", "Hittills, kr"]
    which = f"De första {SHOWN} av {number(len(built))}" if len(built) > SHOWN else f"Alla {number(len(built))}"
    return f"## Projekt att bygga\n\n{which}; hela listan: projekt.csv\n\n" + markdown.table(head, rows, left=4)


def _numbers(order: Order) -> dict[str, float]:
    built = order.projekt[order.projekt["byggs"]]
    known = {k: float(v) for k, v in order.plan.fakta.items() if v is not None}
    return known | {"kostnad_schakt_sek": float(order.plan.projekt.loc[built.index, "kostnad_schakt_sek"].sum())}


def _part(part: float, whole: float) -> str:
    return f"{number(part)} ({percent(100 * part / whole)})" if whole > 1e-9 else "0"


def _pct(value: float | None) -> str:
    return tell(as_chosen(value or 0.0, most=6))


def _m(value: float) -> str:
    return tell(Figure(value, unit="m"))


def _kr(value: float) -> str:
    return tell(Figure(value, unit="kr"))
