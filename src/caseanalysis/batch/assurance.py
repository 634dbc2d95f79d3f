"""The quality of the model itself: assumptions, decisions, verification and limits, on one page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from caseanalysis.batch.checking import AUTHORS, checkings, warning
from caseanalysis.batch.discover import find_notebooks
from caseanalysis.batch.ledger import area_name
from caseanalysis.batch.shell import TEMPLATES, render
from caseanalysis.batch.verification import (
    Verified,
    notebook_uses,
    verified_methods,
    without_page,
)
from caseanalysis.case import DEFAULT_SCENARIO, Case, load_scenarios
from caseanalysis.formatting import MINUS
from caseanalysis.locations import data_root
from caseanalysis.registers import (
    Assumption,
    Decision,
    Limitation,
    load_assumptions,
    load_decisions,
    load_limitations,
)

Record = Mapping[str, Any]
Loaded = TypeVar("Loaded")


def assurance_page(case: Case, records: Mapping[str, Record], version: str) -> str:
    """Return the log of assumptions and decisions, the record of verification, and the limits.

    Everything comes from the registers, the pages on methods, the tests and the notebooks.

    Parameters
    ----------
    case : Case
        The case.
    records : Mapping of str to Mapping
        Facts of each report by area; only these are linked.
    version : str
        Version of the module.
    """
    verified = verified_methods()
    files = checkings(case)
    none: dict[str, Assumption] = {}
    assumptions = _register("assumptions.yaml", load_assumptions, none)
    uses = notebook_uses()
    books = {one.area: one.path.read_text(encoding="utf-8") for one in find_notebooks()}
    return render(
        "assurance.html.j2",
        more_css=(TEMPLATES / "assurance.css").read_text(encoding="utf-8"),
        case=case,
        version=version,
        files=files,
        warning=warning([one for one in files if one.alone]),
        authors=AUTHORS,
        sums={name: sum(getattr(one, name) for one in files) for name in _COUNTS},
        assumptions=[_assumption(one, books, uses, records) for one in assumptions.values()],
        replaced=_replaced(case, records),
        decisions=_register("decisions.yaml", load_decisions, list[Decision]()),
        verified=[_verified(one, records) for one in verified],
        tests=_tests(verified),
        unpaged=[(name, _links(a, records)) for name, a in without_page(verified).items()],
        limitations=[
            _limitation(one, records)
            for one in _register("limitations.yaml", load_limitations, list[Limitation]())
        ],
        quality="data-quality" in records,
    )


_COUNTS = ("records", "second", "authors", "nobody")


def _register(file: str, load: Callable[..., Loaded], without: Loaded) -> Loaded:
    """Return a register, or what stands for one in a project that has none of that kind."""
    return load() if (data_root() / "registers" / file).is_file() else without


def _assumption(
    one: Assumption,
    books: Mapping[str, str],
    uses: Mapping[str, set[str]],
    records: Mapping[str, Record],
) -> dict[str, Any]:
    notebooks = {name.split("/")[1] for name in one.used_by if name.startswith("notebooks/")}
    modules = {name.split("/")[1] for name in one.used_by if name.startswith("methods/")}
    quoted = f'\\"{one.id}\\"'
    named = [
        area
        for area, text in books.items()
        if area in notebooks or quoted in text or modules & uses[area]
    ]
    return {
        "id": one.id,
        "title": one.title,
        "values": [number_text(value, one.unit) for value in (one.low, one.central, one.high)],
        "unit": one.unit,
        "reference": one.reference,
        "reason": one.reason,
        "modules": [name for name in one.used_by if not name.startswith("notebooks/")],
        "reports": _links(named, records),
        "checked": _checked(one.checker, one.checked_on),
    }


def number_text(value: float, unit: str = "") -> str:
    """Return a number of the register with every digit; a share as a percentage."""
    amount, sign = (value * 100, "%") if unit == "share" else (value, "")
    return f"{amount:,.10g}{sign}".replace("-", MINUS)


def _checked(checker: str | None, on: object) -> str:
    if not checker:
        return "nobody on record"
    alone = ", who wrote it" if AUTHORS in checker.split() else ""
    return f"{checker}{alone}" + (f", {on}" if on else "")


def _replaced(case: Case, records: Mapping[str, Record]) -> list[dict[str, Any]]:
    """Return the scenarios that reports were built with, and the factors that they changed."""
    chosen: dict[str, list[str]] = {}
    for area, record in records.items():
        scenario = record["parameters"].get("scenario") or DEFAULT_SCENARIO
        if scenario != DEFAULT_SCENARIO:
            chosen.setdefault(scenario, []).append(area)
    known = load_scenarios(case.name) if chosen else {}
    return [
        {
            "title": known[name].title,
            "reports": _links(areas, records),
            "factors": [
                f"{factor}: {', '.join(map(number_text, (one.low, one.central, one.high)))}"
                for factor, one in known[name].factors.items()
            ],
        }
        for name, areas in chosen.items()
    ]


def _verified(one: Verified, records: Mapping[str, Record]) -> dict[str, Any]:
    return {**vars(one), "links": _links(one.reports, records), "count": sum(one.tests.values())}


def _tests(verified: Iterable[Verified]) -> dict[str, int]:
    """Return the files of tests of all methods, each once, with how many tests each holds."""
    return {name: count for one in verified for name, count in one.tests.items()}


def _limitation(one: Limitation, records: Mapping[str, Record]) -> dict[str, Any]:
    return {
        **one.model_dump(),
        "links": [(None, "all reports")] if "all" in one.reports else _links(one.reports, records),
        "checked": _checked(one.checker, one.checked_on),
    }


def _links(areas: Sequence[str], records: Mapping[str, Record]) -> list[tuple[str | None, str]]:
    """Return address and name of each report; no address where it was not built."""
    return [(f"{area}.html" if area in records else None, area_name(area)) for area in areas]
