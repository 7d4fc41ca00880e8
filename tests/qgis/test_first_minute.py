"""GIS staff's first minute in real QGIS: every theme shows something, the legend is whole, a click answers.

The printed sheets are in ``test_project_in_qgis.py``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import running
import stretched

from pipelines.publish.qgis.style.qgis_gaps import COST_COLOURS, UNKNOWN_COLOUR
from pipelines.publish.qgis.style.qgis_open import COST_COLOURS as OPEN_COST_COLOURS
from pipelines.publish.qgis.style.qgis_styles import PLANNED_COLOUR
from pipelines.publish.words.palette import (
    BASIS_COLOURS,
    CLASS_COLOURS,
    KOMMUN_COLOURS,
    SHARE_COLOURS,
    TECHNIQUE_COLOURS,
)

pytestmark = pytest.mark.qgis
PROJECTS = {"intern": "out/bredband.qgz", "oppen": "maps/data/bredband_oppen.qgz"}
WHERE, KOMMUN, CODE = (320_100.0, 6_400_400.0), "Härryda", "1401"
"""In the cell where all ten addresses are without 100 Mbit/s (``tiny_tables.CELLS``)."""
ELSEWHERE = {"intern": ("Planerad", "Bristområden 30 Mbit/s, passerade"), "oppen": ("Planerad",)}
"""Themes of which the kommun has none: the planned cell, and the area that nobody passes, lie in the other."""
WIDEST = 344
"""Right edge, in dots, that a line of the legend may have in Qt's plain look: 50 more than the 294 dots of the panel
in a new profile of the QGIS application, whose lines are that much tighter (measured on the same lines)."""


@pytest.fixture(scope="module")
def minutes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    made = stretched.county(running.built(tmp_path_factory, "minut"))
    place = [str(x) for x in stretched.point(*WHERE)]
    return {
        name: running.qgis("look_minute.py", tmp_path_factory.mktemp(name), made / project, KOMMUN, CODE, *place)[0]
        for name, project in PROJECTS.items()
    }


@pytest.fixture(params=PROJECTS)
def minute(minutes: dict[str, dict[str, Any]], request: pytest.FixtureRequest) -> dict[str, Any]:
    return minutes[request.param] | {"edition": request.param}


def test_every_theme_shows_its_own_for_the_lan_and_for_a_kommun(minute: dict[str, Any]) -> None:
    assert len(minute["themes"]) == {"intern": 21, "oppen": 20}[minute["edition"]]
    empty = []
    for theme, told in minute["themes"].items():
        for place, shown in told["drawn"].items():
            assert shown["errors"] == []
            if shown["changed"] < 0.005 and (place == "lan" or theme not in ELSEWHERE[minute["edition"]]):
                empty.append((theme, place, shown["changed"]))
        # 375 × 225 km on 1280 × 800 dots of 1/96 inch: as far out as a real county is seen
        assert told["drawn"]["lan"]["scale"] > 1_000_000
    assert empty == []


def test_what_it_shows_has_the_colours_of_its_legend(minute: dict[str, Any]) -> None:
    inside = minute["edition"] == "intern"
    cells = SHARE_COLOURS if inside else CLASS_COLOURS.values()
    gaps = (*COST_COLOURS, UNKNOWN_COLOUR) if inside else OPEN_COST_COLOURS.values()
    legends = {
        "Bristområden": gaps,
        "Underlag": BASIS_COLOURS.values(),
        "Planerad": (PLANNED_COLOUR,),
        "Bästa teknik": TECHNIQUE_COLOURS.values(),
        "Utskrift": CLASS_COLOURS.values(),
    }
    for theme, told in minute["themes"].items():
        own = next((c for start, c in legends.items() if theme.startswith(start)), None)
        for place, shown in told["drawn"].items():
            if place != "lan" and theme in ELSEWHERE[minute["edition"]]:
                continue
            far = place != "nara"  # there the kommuner stand in for the cells
            legend = {c.lower() for c in own or (KOMMUN_COLOURS if far else cells)}
            assert legend & set(shown["colours"]), (theme, place)


def test_no_colour_of_an_exact_share_is_a_published_class() -> None:
    assert not set(SHARE_COLOURS) & set(CLASS_COLOURS.values())


def test_the_legend_is_unfolded_and_its_lines_are_whole(minute: dict[str, Any]) -> None:
    inside = minute["edition"] == "intern"
    first = [text for text, _ in minute["opened"]]
    heading, line = (
        ("Utan tillgång 100 Mbit/s", "95–100 % utan (DEMO)")
        if inside
        else ("Tillgång 100 Mbit/s", "Under 5 % har (DEMO)")
    )
    assert {heading, line, "Hushåll med 100 Mbit/s", "98–100 % har (DEMO)"} <= set(first)
    gaps = [text for text, _ in minute["themes"]["Bristområden 30 Mbit/s, tillgång"]["legend"]]
    assert {("Under 50\xa0tkr (DEMO)" if inside else "1–2 mnkr (DEMO)")} <= set(gaps)
    cut = {(text, right) for told in minute["themes"].values() for text, right in told["legend"] if right > WIDEST}
    assert cut == set()


def test_a_click_on_a_cell_answers_in_a_sentence(minute: dict[str, Any]) -> None:
    assert (
        minute["clicked"]["rutnat_250m"]
        == {
            "intern": "100 % av 10 adresser i den här rutan i Åby $1_{2}$ saknar tillgång till 100 Mbit/s ned: väntat "
            "10\xa0000,0 hushåll. Underlag: uppgift per adress.",
            "oppen": "Tillgång till 100 Mbit/s ned i den här rutan i Åby $1_{2}$: få adresser: under hälften har det. "
            "Underlag: uppgift per adress.",
        }[minute["edition"]]
    )


def test_every_row_of_what_is_clicked_has_an_answer_and_no_name_is_run_as_html(minute: dict[str, Any]) -> None:
    silent = (
        "kommunnamn",
        "grund_granser",
        "lan",
        "land",
        "rutnat_delar",
        "bristomraden_kommun",
        "bristomraden_rutor",
        "schakt",
        "bristkurva",
        "projekt_adresser",
        "projekt_schakt",
        "osakerhet_5km",
        "grund_vatten",
        "grund_vagar",
    )
    for name, told in minute["layers"].items():
        for style, tips in told["tips"].items():
            if name.removeprefix("bredband_") in silent:
                continue
            assert tips, (name, style)
            assert all(t.endswith(".") and "NULL" not in t and "[%" not in t and "<" not in t for t in tips), tips


def test_layers_are_only_read(minute: dict[str, Any]) -> None:
    assert len(minute["layers"]) == {"intern": 21, "oppen": 10}[minute["edition"]]
    for name, told in minute["layers"].items():
        assert (told["read_only"], told["edits"]) == (True, False), name


def test_numbers_are_within_what_is_seen_of_a_form(minutes: dict[str, dict[str, Any]]) -> None:
    shown = {
        **minutes["intern"]["forms"]["adresser"],
        **minutes["intern"]["forms"]["osakerhet_5km"],
        **minutes["oppen"]["forms"]["bristomraden"],
    }
    assert {"land_ha", "hushall", "sannolikhet_tillgang_100", "hushall_utan_100_hog"} <= set(shown)
    assert {name: told for name, told in shown.items() if not told[1] or not told[0].strip()} == {}


def test_a_filter_on_a_kommun_leaves_its_rows(minute: dict[str, Any]) -> None:
    told = minute["filtered"]
    drawn = told.pop("drawn")
    for name, (done, before, codes, after) in told.items():
        assert done
        assert codes == [CODE], name
        assert 0 < after <= before
    assert (told["rutnat_250m"][1], told["rutnat_250m"][3]) == (5, 3)
    assert drawn["errors"] == []
    assert drawn["changed"] > 0.05
