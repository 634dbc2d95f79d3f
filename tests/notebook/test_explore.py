"""Sliders of assumptions: what they fix, what they show, and the numbers that follow."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from caseanalysis.batch.discover import find_notebooks
from caseanalysis.case import Case, default_case, load_case
from caseanalysis.errors import MethodError
from caseanalysis.notebook import Study
from caseanalysis.notebook.explore import Explorer
from caseanalysis.registers import Assumption


def assumption(name: str, low: float, central: float, high: float) -> Assumption:
    return Assumption(
        id=name, title=f"The {name} & more", low=low, central=central, high=high, unit="share",
        reference="Judgement.", reason="A test.", used_by=("tests",), checker=None, checked_on=None,
    )  # fmt: skip


RECORDS = {
    "growth": assumption("growth", 0.995, 1, 1.03),
    "worth": assumption("worth", 20_000, 70_000, 90_000),
    "fixed": assumption("fixed", 0.035, 0.035, 0.035),
}


class Redraws(list[Mapping[str, Assumption]]):
    """Shows the central growth, and keeps what it was drawn from."""

    def __call__(self, study: Study, assumptions: Mapping[str, Assumption]) -> None:
        self.append(assumptions)
        growth = assumptions["growth"].central
        if growth > 1.02:
            raise MethodError(where="growth", found="too much", wanted="less", remedy="less")
        study.say("Growth is {growth:decimal 3}, a draw {draw:decimal 6}.",
                  growth=growth, draw=float(study.rng.random()))  # fmt: skip


@pytest.fixture
def study() -> Study:
    library = SimpleNamespace(used=(), has=lambda name: False)
    made = Study(load_case(default_case()), library, parameters={"seed": 3}, show=lambda one: None)
    made.assumptions = RECORDS
    return made


@pytest.fixture
def redraws() -> Redraws:
    return Redraws()


@pytest.fixture
def explorer(study: Study, redraws: Redraws) -> Explorer:
    return Explorer(study, list(RECORDS), redraws)


def ends(one: Assumption) -> tuple[float, float, float]:
    return one.low, one.central, one.high


def test_moved_slider_fixes_its_assumption_and_leaves_the_others(
    explorer: Explorer, redraws: Redraws
) -> None:
    first = explorer.shown.value
    assert "Growth is 1.000" in first
    explorer.sliders["growth"].value = 1.01
    assert ends(redraws[-1]["growth"]) == (1.01, 1.01, 1.01)
    assert ends(redraws[-1]["worth"]) == ends(RECORDS["worth"])
    assert explorer.moved() == {"growth": 1.01}
    assert "Fixed: The growth &amp; more: 1.01." in explorer.status.value
    # The same random numbers, so that all that differs is the slider's doing.
    assert explorer.shown.value == first.replace("1.000", "1.010")


def test_reset_gives_the_record_back_by_one_redraw(explorer: Explorer, redraws: Redraws) -> None:
    first = explorer.shown.value
    explorer.sliders["growth"].value = 1.01
    explorer.sliders["worth"].value = 20_000
    drawn = len(redraws)
    explorer.reset.click()
    assert len(redraws) == drawn + 1
    assert explorer.moved() == {}
    assert explorer.shown.value == first
    assert "Every assumption as on record." in explorer.status.value
    explorer.sliders["growth"].value = 1.01
    assert explorer.moved() == {"growth": 1.01}


@pytest.mark.parametrize(("name", "step"), [("growth", 0.001), ("worth", 1000)])
def test_slider_reaches_both_ends_and_the_middle_of_its_record(
    explorer: Explorer, name: str, step: float
) -> None:
    slider, record = explorer.sliders[name], RECORDS[name]
    assert (slider.min, slider.value, slider.max) == ends(record)
    assert slider.step == pytest.approx(step)
    steps = (record.central - record.low) / slider.step
    assert steps == pytest.approx(round(steps))
    assert slider.description == record.title


def test_assumption_without_a_range_has_no_slider(explorer: Explorer) -> None:
    assert set(explorer.sliders) == {"growth", "worth"}


def test_unknown_assumption_is_refused_with_the_nearest(study: Study, redraws: Redraws) -> None:
    with pytest.raises(MethodError, match="did you mean 'growth'"):
        Explorer(study, ["growht"], redraws)


def test_values_that_a_method_refuses_are_told_on_the_page(explorer: Explorer) -> None:
    explorer.sliders["growth"].value = 1.03
    assert "Not with these values." in explorer.shown.value
    assert "too much" in explorer.shown.value
    explorer.sliders["growth"].value = 1.01
    assert "Growth is 1.010" in explorer.shown.value


def test_without_data_only_what_is_missing_is_shown(
    study: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    def nothing(shown: Study, _: Mapping[str, Assumption]) -> None:
        shown.missing("the figure", needs="data", where="a publisher")

    Explorer(study, ["growth"], nothing).show()
    printed = capsys.readouterr().out
    assert "Not shown: the figure" in printed
    assert "Slider" not in printed


# --- the notebook ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def notebook(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What the cells of the notebook left, on the compact extracts of the default case."""
    content = json.loads((root / "notebooks" / "explore.ipynb").read_text(encoding="utf-8"))
    names: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CASEANALYSIS_DATA", str(tmp_path_factory.mktemp("no-store")))
        for cell in content["cells"]:
            if cell["cell_type"] == "code":
                exec("".join(cell["source"]), names)  # noqa: S102
        yield names


def last(explorer: Explorer, activity: str) -> float:
    """Return what an activity reaches by the central assumptions, from the text of the figure."""
    return float(re.search(rf"{activity} ([\d,]+) \(", explorer.shown.value)[1].replace(",", ""))


def bankable(explorer: Explorer) -> float:
    """Return what is left in the end, from the figure's data to download."""
    row = r"could%20bank,[\d.]+,([\d.]+)%0A"
    return float(re.search(row, explorer.shown.value)[1])


def test_growth_that_is_fixed_is_compounded_over_the_years(notebook: dict[str, Any]) -> None:
    demand, case = notebook["demand"], notebook["study"].case
    assert isinstance(case, Case)
    before = last(demand, "emergency admissions")
    beds = last(demand, "bed days")
    demand.sliders["non_demographic_growth_emergency_admissions"].value = 1.02
    grown = 1.02 ** (case.horizon_year - case.base_year)
    assert last(demand, "emergency admissions") == pytest.approx(before * grown, abs=1)
    assert last(demand, "bed days") == beds
    demand.reset.click()
    assert last(demand, "emergency admissions") == before


def test_what_is_bankable_follows_attainment_less_the_cost_of_delivery(
    notebook: dict[str, Any],
) -> None:
    gains, known = notebook["gains"], notebook["study"].assumptions
    before = bankable(gains)
    gains.sliders["benefit_attainment"].value = known["benefit_attainment"].high
    cost = known["benefit_delivery_cost"].central
    ratio = (known["benefit_attainment"].high - cost) / (known["benefit_attainment"].central - cost)
    assert bankable(gains) == pytest.approx(before * ratio, rel=1e-6)


def test_figures_of_the_notebook_have_their_sources(notebook: dict[str, Any]) -> None:
    assert "Source: " in notebook["demand"].shown.value
    assert "P10 to P90 of the draws" in notebook["demand"].shown.value
    assert 'class="ca-chart"' in notebook["gains"].shown.value


def test_notebook_of_controls_is_no_report() -> None:
    assert "explore" not in {one.area for one in find_notebooks()}
