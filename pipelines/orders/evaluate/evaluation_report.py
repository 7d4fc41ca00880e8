"""What the evaluation writes: a report in Swedish, tables as CSV, plots."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.core import files, level_words
from pipelines.coverage.small_area.intervals import LEAST_HOUSEHOLDS
from pipelines.orders.evaluate.judge import Verdict, figure
from pipelines.orders.evaluate.trial import SHIPPED, STATISTICS_ONLY
from pipelines.publish.words.markdown import table
from pipelines.publish.words.swedish import number

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.paths import Paths
    from pipelines.orders.evaluate.trial import Trial

MEASURE_NAME = level_words.MEASURE["sv"]
SIMULATED = "prövad på simulerade data"
METHOD_TOLD = {"modell": "Modellen", "jamnt": "Jämnt fördelat", "glesast": "De glesaste rutorna"}


def write(
    region: Region,
    paths: Paths,
    trials: list[Trial],
    plans: list[dict[str, Any]],
    verdicts: list[Verdict],
    simulated: bool,
) -> Path:
    """Write the folder ``OUT/utvardering`` whole or not at all; return it."""
    import pandas as pd

    from pipelines.orders.evaluate import plots

    scores = pd.DataFrame([r for t in trials for r in t.scores])
    curves = pd.DataFrame([r for t in trials for r in t.curves])
    squares = pd.concat([t.squares for t in trials], ignore_index=True)
    per_kommun = pd.DataFrame([r for t in trials for r in t.kommuner])
    folder = paths.out / "utvardering"
    with files.replacing(folder.with_name("utvardering.mapp")) as beside:
        beside.mkdir()
        mark = "DEMO, " + SIMULATED if simulated else "prövad på regionens fullständiga täckningsuppgifter"
        tables = {"matt": scores, "kalibrering": curves, "rutor_5km": squares, "kommuner": per_kommun}
        for name, rows in {**tables, **({"planer": pd.DataFrame(plans)} if plans else {})}.items():
            rows.assign(provad=mark).to_csv(
                beside / f"{name}.csv", index=False, float_format="%.6g", lineterminator="\n"
            )
        text = told(region, trials, scores, squares, plans, verdicts, simulated)
        files.write_text(beside / "utvardering.md", text)
        plots.calibration(curves[curves["forsok"] != SHIPPED], beside / "kalibrering.png", mark)
        plots.skill(scores[scores["forsok"] != SHIPPED], beside / "jamforelse.png", mark)
        plots.intervals(squares, beside / "intervall.png", mark)
        if folder.exists():
            shutil.rmtree(folder)
        shutil.copytree(beside, folder)
        shutil.rmtree(beside)
        beside.mkdir()
    shutil.rmtree(folder.with_name("utvardering.mapp"))
    return folder


def told(
    region: Region,
    trials: list[Trial],
    scores: pd.DataFrame,
    squares: pd.DataFrame,
    plans: list[dict[str, Any]],
    verdicts: list[Verdict],
    simulated: bool,
) -> str:
    """Return the report."""
    mark = (
        "> **DEMO – simulerade data.** Varje tal här är **prövat på simulerade data**: det säger hur modellen klarar "
        "demoregionens påhittade utbyggnad, inte hur den klarar en verklig."
        if simulated
        else "> Prövad på regionens egna fullständiga täckningsuppgifter, som gömdes för modellen."
    )
    note = f" ({SIMULATED})" if simulated else ""
    rows = [
        (
            t.name,
            number(t.taught_by),
            number(len(t.hidden)),
            ", ".join(region.kommunnamn.get(k, k) for k in t.hidden[:6]) + (" …" if len(t.hidden) > 6 else ""),
        )
        for t in trials
        if t.name != SHIPPED
    ]
    judged = [
        (
            v.forsok,
            MEASURE_NAME[v.matt],
            v.krav,
            figure(v.tal),
            v.grans,
            ("ja" if v.holds else "NEJ") + ("" if v.judged else " (visas, bedöms inte)"),
        )
        for v in verdicts
    ]
    failed = sum(v.judged and not v.holds for v in verdicts)
    outcome = "Alla krav som kunde prövas hålls." if not failed else f"**{failed} krav hålls inte.**"
    return (
        f"# Utvärdering av modellen: {region.lan.kortnamn}\n\n{mark}\n\n"
        "Varje försök gömmer alla täckningsuppgifter i en tredjedel av kommunerna, anpassar modellen på de "
        f"kvarvarande fullständiga kommunerna och jämför med det rätta svaret. «{STATISTICS_ONLY}» gömmer allt: då "
        f"gäller de antagna koefficienterna. «{SHIPPED}» gömmer inget. Alla mått är vägda med hushåll.\n\n"
        + table(("Försök", "Kommuner att lära av", "Gömda", "Gömda kommuner"), rows, left=1)
        + f"\n\n## Krav{note}\n\n{outcome}\n\n"
        + table(("Försök", "Mått", "Vad", "Tal", "Krav", "Hålls"), judged, left=3)
        + (f"\n\n## Planer{note}\n\n{plan_table(plans)}" if plans else "")
        + f"\n\n## Mått per tröskel{note}\n\n"
        "*Brier*: medelkvadratfel, lägre är bättre. *AUC*: sannolikheten att en utan täckning rangordnas före en med, "
        "inom kommun och områdestyp; 0,5 är slump. *Lutning*: 1 är rätt. *Felplacerade*: halva summan av skillnaden "
        "mellan väntat och rätt antal hushåll utan täckning, över 250 m-rutor och över 5 × 5 km-rutor inom kommunen. "
        "*AUC, ordning*: samma mått på hela rangordningen (för «De glesaste rutorna» efter täthet i 5 × 5 rutor, inte "
        "bara svaret ja eller nej): visas, bedöms inte.\n\n"
        + score_table(scores)
        + f"\n\n## 90 %-intervallet per 5 × 5 km-ruta{note}\n\nRutor med minst {LEAST_HOUSEHOLDS} hushåll.\n\n"
        + interval_table(squares)
        + "\n\n![Kalibrering](kalibrering.png)\n\n![Jämförelse](jamforelse.png)\n\n![Intervall](intervall.png)\n"
    )


def plan_table(plans: list[dict[str, Any]]) -> str:
    """Return a row per level and budget: what the plan promises, what it reaches, what the best plan would reach."""
    rows = [
        (
            MEASURE_NAME[r["matt"]],
            r["troskel_mbit"],
            r["budget_mkr"],
            number(r["projekt"]),
            number(r["hushall_utlovade"], 0),
            f"{number(r['hushall_utlovade_lag'], 0)}–{number(r['hushall_utlovade_hog'], 0)}",
            number(r["hushall_ratt"], 0),
            number(r["hushall_basta"], 0),
            number(100 * r["andel_av_basta"], 1),
            number(r["spoken_bland_forsta"]),
            number(100 * r["intervall_inom"], 1),
        )
        for r in plans
    ]
    head = (
        *("Mått", "Tröskel", "Budget (Mkr)", "Projekt", "Utlovade hushåll", "90 %", "Rätta", "Bästa planens"),
        *("Andel (%)", "Spöken bland de första", "Projekt inom intervallet (%)"),
    )
    return (
        "Planen följer utgåvans prioritet. Den bästa planen görs av samma projekt till samma kostnad av den som vet "
        "rätt svar. *90 %*: planens eget intervall, där projekten felar var för sig. *Spöken*: "
        "projekt där alla i själva verket har täckning.\n\n" + table(head, rows, left=1)
    )


def score_table(scores: pd.DataFrame) -> str:
    """Return one row per trial group, measure, threshold and method."""
    scores = scores[scores["forsok"] != SHIPPED]
    frame = scores.assign(grupp=scores["forsok"].where(scores["forsok"] == STATISTICS_ONLY, "alla frön"))
    keys = ["grupp", "matt", "troskel_mbit", "metod"]
    mean = frame.groupby(keys, sort=False).mean(numeric_only=True).reset_index()
    rows = [
        (
            r["grupp"],
            MEASURE_NAME[r["matt"]],
            r["troskel_mbit"],
            METHOD_TOLD[r["metod"]],
            number(r["brier"], 4),
            number(r["auc"], 3),
            number(r["auc_rangordning"], 3),
            number(r["kalibrering_lutning"], 2),
            number(r["hushall_felplacerade"], 0),
            number(r["hushall_felplacerade_5km"], 0),
            number(r["hushall_utan"], 0),
        )
        for r in mean.to_dict("records")
    ]
    head = (
        "Försök",
        "Mått",
        "Tröskel",
        "Metod",
        "Brier",
        "AUC",
        "AUC, ordning",
        "Lutning",
        "Felplacerade 250 m",
        "Felplacerade 5 km",
        "Hushåll utan",
    )
    return table(head, rows, left=4)


def interval_table(squares: pd.DataFrame) -> str:
    """Return how many squares hold what happened, and how wide the intervals are."""
    if squares.empty:
        return "Ingen ruta har så många hushåll i de gömda kommunerna: **intervallet är inte prövat.**"
    frame: Any = squares.assign(
        bredd=squares["hog"] - squares["lag"],
        under=squares["utfall"] < squares["lag"] - 1e-9,
        over=squares["utfall"] > squares["hog"] + 1e-9,
    )
    keys = ["forsok", "matt", "troskel_mbit"]
    rows = [
        (
            key[0],
            MEASURE_NAME[key[1]],
            key[2],
            number(len(g)),
            number(100 * g["inom"].mean(), 1),
            number(100 * g["under"].mean(), 1),
            number(100 * g["over"].mean(), 1),
            number(g["vantat"].mean(), 1),
            number(g["bredd"].mean(), 1),
        )
        for key, g in frame.groupby(keys, sort=False)
    ]
    head = ("Försök", "Mått", "Tröskel", "Rutor", "Inom (%)", "Under (%)", "Över (%)", "Väntat, medel", "Bredd, medel")
    return table(head, rows, left=3)
