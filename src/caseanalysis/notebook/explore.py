"""Live controls in JupyterLab: sliders of assumptions beside the figures that they change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import isclose
from pathlib import Path
from typing import Any

import ipywidgets  # type: ignore[import-untyped]
import pandas as pd

from caseanalysis import charts
from caseanalysis.errors import CaseAnalysisError, MethodError
from caseanalysis.methods import appraisal, benefits, official_benefits, projection, results
from caseanalysis.notebook.display import Fragment, show_in_notebook
from caseanalysis.notebook.markup import paragraph
from caseanalysis.notebook.study import Study
from caseanalysis.opportunities import Opportunity
from caseanalysis.records import nearest
from caseanalysis.registers import Assumption

#: Shows on a study what some assumptions give.
Redraw = Callable[[Study, Mapping[str, Assumption]], None]
#: A slider has so many steps at least, and no finer ones than the record needs.
_LEAST_STEPS = 20
_DECIMALS = range(-6, 9)
_RATES = ("discount_rate", "later_discount_rate")
_HEALTH_RATES = ("health_discount_rate", "later_health_discount_rate")


class Explorer:
    """Sliders of some assumptions, and below them what a function shows under their values.

    A slider that is moved fixes its assumption at that value, as ``benefits.assumed`` does; the
    others keep the range of their record. Every redraw starts from the same random numbers, so
    that what changes is the slider's doing.

    Parameters
    ----------
    study : Study
        The study, with the assumptions as its scenario has them.
    names : sequence of str
        Ids of the assumptions, in the order of the sliders. One without a range is named only.
    redraw : Callable
        Takes a study to show on, and the assumptions by id.

    Attributes
    ----------
    sliders : dict of str to ipywidgets.FloatSlider
        By the id of the assumption.
    reset : ipywidgets.Button
        Sets every slider back to the central value of its record.
    status : ipywidgets.HTML
        Which assumptions are not as on record.
    shown : ipywidgets.HTML
        What was shown last.

    Raises
    ------
    MethodError
        If there is no such assumption.
    """

    def __init__(self, study: Study, names: Sequence[str], redraw: Redraw) -> None:
        self._study, self._redraw = study, redraw
        self._records = {name: _record(study.assumptions, name) for name in names}
        ranged = {name: one for name, one in self._records.items() if one.low < one.high}
        self.sliders = {name: _slider(one) for name, one in ranged.items()}
        self.reset = ipywidgets.Button(
            description="Reset to the record", layout=ipywidgets.Layout(width="auto")
        )
        self.status, self.shown = ipywidgets.HTML(), ipywidgets.HTML()
        self._fragments: list[Fragment] = []
        self._draw()
        for slider in self.sliders.values():
            slider.observe(self._changed, names="value")
        self.reset.on_click(self._reset)

    def show(self) -> None:
        """Show sliders and figures below the running cell; without data, only what is missing."""
        if all(one.kind == "missing" for one in self._fragments):
            for fragment in self._fragments:
                show_in_notebook(fragment)
            return
        from IPython.display import Javascript, display

        names = Path(__file__).with_name("sliders.js").read_text(encoding="utf-8")
        display(self._widget(), Javascript(names))  # type: ignore[no-untyped-call]

    def moved(self) -> dict[str, float]:
        """Return the values of the sliders that are not at their record, by assumption."""
        return {
            name: slider.value
            for name, slider in self.sliders.items()
            if not isclose(slider.value, self._records[name].central, abs_tol=slider.step / 2)
        }

    def _widget(self) -> Any:
        rows = []
        for name, record in self._records.items():
            remark = ipywidgets.HTML(paragraph(_on_record(record), css="ca-remark"))
            rows.append(ipywidgets.VBox([self.sliders[name], remark] if name in self.sliders
                                        else [remark]))  # fmt: skip
        controls = ipywidgets.VBox([*rows, self.reset, self.status])
        controls.add_class("ca-controls")
        self.shown.add_class("ca-shown")
        return ipywidgets.VBox([controls, self.shown])

    def _changed(self, _change: object) -> None:
        # A fault in the answer to a slider would reach the log alone, not the page.
        try:
            self._draw()
        except CaseAnalysisError as error:
            self.shown.value = paragraph(f"Not with these values. {error}", css="ca-missing")

    def _reset(self, _button: object) -> None:
        for slider in self.sliders.values():
            slider.unobserve(self._changed, names="value")
        for name, slider in self.sliders.items():
            slider.value = self._records[name].central
            slider.observe(self._changed, names="value")
        self._changed(None)

    def _draw(self) -> None:
        moved = self.moved()
        fragments: list[Fragment] = []
        study = Study(
            self._study.case,
            self._study.library,
            parameters=self._study.parameters,
            show=fragments.append,
        )
        self._redraw(study, benefits.assumed(self._study.assumptions, moved))
        self._fragments = fragments
        changes = [f"{self._records[name].title}: {value:,g}" for name, value in moved.items()]
        told = f"Fixed: {'; '.join(changes)}." if changes else "Every assumption as on record."
        self.status.value = f'<div role="status">{paragraph(told, css="ca-text")}</div>'
        self.shown.value = "".join(one.html for one in fragments)


def show_demand(
    study: Study,
    assumptions: Mapping[str, Assumption],
    *,
    prepared: projection.Prepared,
    activities: Sequence[str],
    evidence: Sequence[str],
    level: float,
) -> None:
    """Show the demand of the group year by year, with the interval of the draws.

    Parameters
    ----------
    study : Study
        Where to show it.
    assumptions : Mapping of str to Assumption
        The assumptions by id.
    prepared : Prepared
        As returned by ``projection.prepare_levels``.
    activities : sequence of str
        Those to show.
    evidence : sequence of str
        Tables that it rests on; those that there are, are named below the figure.
    level : float
        Share of the draws inside the interval.
    """
    projected = projection.project_paths(
        prepared, assumptions=assumptions, rng=study.rng, level=level
    )
    paths = results.select(projection.paths(projected, trust_code="group"), activity=activities)
    ends = f"P{50 - 50 * level:g} to P{50 + 50 * level:g}"
    study.figure(
        partial(charts.demand.plot_paths, interval=f"{ends} of the draws"),
        results.in_order(paths, "activity", activities),
        title="Activity of the group year by year",
        describe=charts.demand.describe_paths,
        columns={
            "activity": "Activity",
            "year": ("Year", "year"),
            "path": ("Central assumptions", "integer"),
            "value": ("Median", "integer"),
            "lower": ("Lower", "integer"),
            "upper": ("Upper", "integer"),
        },
        evidence=[name for name in evidence if study.has(name)],
        note="A year is the financial year that starts in it.",
        missing="residents by age, rates of use, and the activity of the trusts",
    )


def show_benefits(
    study: Study,
    assumptions: Mapping[str, Assumption],
    *,
    amounts: pd.DataFrame,
    opportunities: Sequence[Opportunity],
    earlier: pd.DataFrame,
    years: int,
    draws: int,
    level: float,
) -> None:
    """Show the way from printed to bankable benefits, and net present values with intervals.

    Parameters
    ----------
    study : Study
        Where to show it.
    assumptions : Mapping of str to Assumption
        The assumptions by id.
    amounts : DataFrame
        As returned by ``benefits.recomputed``.
    opportunities : sequence of Opportunity
        The records that it was made from.
    earlier : DataFrame
        As returned by ``official_benefits.found_earlier``.
    years, draws : int
        Years of the present value, and draws of its interval.
    level : float
        Share of the draws inside the interval.
    """
    needs = "a case that puts its opportunities in pounds (opportunities.yaml), and its claims"
    ends = partial(_ends, assumptions)
    factors = study.derive(
        benefits.factors,
        amounts,
        opportunities=opportunities,
        attainment=ends("benefit_attainment"),
        cost=ends("benefit_delivery_cost"),
    )
    study.figure(
        charts.benefits.plot_waterfall,
        study.derive(benefits.waterfall, study.derive(benefits.steps, amounts, factors=factors)),
        title="From what is printed to what a cautious board could bank",
        describe=charts.benefits.describe_waterfall,
        columns={
            "label": "Step",
            "change": ("Change", "signed million pounds 2"),
            "total": ("Left", "million pounds 2"),
        },
        note="The printed amounts are the case's; the factors are assumptions.",
        missing=needs,
    )
    gained = official_benefits.health_by_opportunity(
        earlier, opportunities, each=assumptions["health_of_earlier_diagnosis"]
    )
    wider = study.derive(
        appraisal.economic_factors,
        factors,
        capacity=ends("freed_capacity_used"),
        health_value=ends("value_of_health_year"),
        health=gained,
    )
    values = study.derive(
        appraisal.over_years,
        amounts,
        wider,
        horizons=[years],
        rates=_rates(assumptions, *_RATES),
        health_rates=_rates(assumptions, *_HEALTH_RATES),
        number=draws,
        correlation=assumptions["benefit_correlation"].central,
        confidence_level=level,
        rng=study.rng,
    )
    _show_values(study, values, years=years, draws=draws, missing=needs)


def _show_values(
    study: Study, values: pd.DataFrame, *, years: int, draws: int, missing: str
) -> None:
    pounds = "million pounds 1"
    study.table(
        values,
        caption=f"Net present value of {years} years, pounds of the years printed",
        columns={
            "label": "View",
            "central": ("All factors central", pounds),
            "value": ("Median of the draws", pounds),
            "lower": ("Lower", pounds),
            "upper": ("Upper", pounds),
            "share_positive": ("Draws above 0", "percent 0"),
        },
        note=f"{draws:,} draws.",
        missing=missing,
    )


def _ends(assumptions: Mapping[str, Assumption], name: str) -> list[float]:
    return benefits.chosen(assumptions[name], None)


def _rates(assumptions: Mapping[str, Assumption], first: str, later: str) -> dict[str, float]:
    return {
        "rate": assumptions[first].central,
        "later_rate": assumptions[later].central,
        "change_year": assumptions["discount_rate_change_year"].central,
    }


def _record(assumptions: Mapping[str, Assumption], name: str) -> Assumption:
    if name in assumptions:
        return assumptions[name]
    like = nearest(name, assumptions)
    raise MethodError(
        where="explore",
        found=f"the assumption {name!r}",
        wanted="an id of data/registers/assumptions.yaml",
        remedy=f"did you mean {like!r}?" if like else "add the assumption",
    )


def _slider(record: Assumption) -> Any:
    """Return a slider from the low to the high end of a record, all three values on its steps."""
    ends = (record.low, record.central, record.high)
    decimals = next(
        places
        for places in _DECIMALS
        if all(round(end, places) == end for end in ends)
        and record.high - record.low >= _LEAST_STEPS * 10.0**-places
    )
    return ipywidgets.FloatSlider(
        value=record.central,
        min=record.low,
        max=record.high,
        step=10.0**-decimals,
        description=record.title,
        readout_format=f",.{max(decimals, 0)}f",
        continuous_update=False,
        style={"description_width": "30em"},
        layout=ipywidgets.Layout(width="100%", max_width="64em", height="auto"),
    )


def _on_record(record: Assumption) -> str:
    if record.low == record.high:
        return f"{record.title}: {record.central:,g} ({record.unit}; no range on record)"
    return (
        f"{record.unit}; on record: low {record.low:,g}, central {record.central:,g}, "
        f"high {record.high:,g}"
    )
