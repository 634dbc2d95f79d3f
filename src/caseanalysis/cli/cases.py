"""``caseanalysis case``: which cases there are, and whether one is sound."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caseanalysis.cli.reporting import reporter

if TYPE_CHECKING:
    from caseanalysis.case import Case, Claim, Scenario

app = typer.Typer(help="List and check cases.", no_args_is_help=True)


@app.command("list")
def list_() -> None:
    """List the cases under data/cases."""
    from caseanalysis.case import list_cases, load_case

    rows = []
    for name in list_cases():
        case = load_case(name)
        rows.append((name, case.title, len(case.trusts), len(case.places), len(case.areas)))
    reporter.table("Cases", ("Name", "Title", "Trusts", "Places", "Areas"), rows)


@app.command()
def check(name: Annotated[str, typer.Argument(help="The case's folder under data/cases.")]) -> None:
    """Check a case: all of its records, its claims, and the sources that it names."""
    from caseanalysis.case import load_scenarios
    from caseanalysis.library import open_library
    from caseanalysis.methods.scenarios import under
    from caseanalysis.registers import load_assumptions, load_measures, source
    from caseanalysis.tables import EVIDENCE_TABLES

    case, claims = sound_records(name)
    assumptions, measures = load_assumptions(), set(load_measures())
    for scenario in load_scenarios(name).values():
        under(scenario, assumptions)
        _refuse_unknown_targets(scenario, measures)
    for identifier in (case.peers.trusts.source, case.peers.commissioners.source):
        source(identifier)
    library = open_library(case)
    available = [table for table in EVIDENCE_TABLES if library.has(table)]
    for table in available:
        library.evidence(table)
    missing = [table for table in EVIDENCE_TABLES if table not in available]
    reporter.say(
        f"{name}: sound. {len(case.trusts)} trusts, {len(case.places)} places, "
        f"{len(case.areas)} areas, {len(claims)} claims; "
        f"{len(available)} of {len(EVIDENCE_TABLES)} evidence tables available"
        + (f" (missing: {', '.join(missing)})" if missing else ""),
        event="case checked",
        case=name,
        claims=len(claims),
        missing=missing,
    )


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Name of the case and of its folder.")],
    trusts: Annotated[
        list[str], typer.Option("--trust", help="ODS code of a trust; once for each.")
    ],
    title: Annotated[str | None, typer.Option(help="Title of the case.")] = None,
    base_year: Annotated[
        int | None, typer.Option(help="Year that change is counted from (default: the last held).")
    ] = None,
    store: Annotated[Path | None, typer.Option(help="The data store.")] = None,
) -> None:
    """Draft a case for some trusts: places, commissioner and comparators from official tables."""
    from caseanalysis.drafting import draft_case, write_draft
    from caseanalysis.locations import data_root, store_root
    from caseanalysis.store import Store

    draft = draft_case(Store(store_root(store)), name, trusts, title=title, base_year=base_year)
    folder = write_draft(draft, data_root())
    reporter.say(f"{folder / 'case.yaml'} written", event="case drafted", case=name)
    for remark in draft.remarks:
        reporter.say(f"check: {remark}", event="remark", case=name, remark=remark)


def sound_records(name: str) -> tuple[Case, list[Claim]]:
    """Return a case and its claims, once all of its records have been read.

    Raises
    ------
    RecordError
        If one breaks its schema, or a claim names a measure or an area that there is not.
    """
    from caseanalysis.case import load_case, load_claims
    from caseanalysis.registers import load_measures

    case, claims = load_case(name), load_claims(name)
    if claims:
        _refuse_unknown_measures(claims, set(load_measures()))
        _refuse_unknown_areas(claims, case)
    _load_other_records(name)
    return case, claims


def _load_other_records(name: str) -> None:
    """Read what a case may have beside its claims, which refuses what is wrong in it."""
    from caseanalysis.derivations import load_derivations
    from caseanalysis.governance import load_governance
    from caseanalysis.opportunities import load_risks
    from caseanalysis.priorities import load_priorities

    load_derivations(name)
    load_priorities(name)
    load_risks(name)  # and with them the opportunities
    load_governance(name)


def _refuse_unknown_areas(claims: list[Claim], case: Case) -> None:
    from caseanalysis.errors import RecordError
    from caseanalysis.locations import project_root
    from caseanalysis.records import nearest

    notebooks = (project_root() / "notebooks").glob("*.ipynb")
    known = {*(area.id for area in case.areas), *(path.stem for path in notebooks)}
    for claim in claims:
        if claim.area not in known:
            like = nearest(claim.area, known)
            raise RecordError(
                where=f"claims.csv, claim {claim.id}",
                found=f"area {claim.area!r}",
                wanted="an area of case.yaml, or a notebook",
                remedy=f"did you mean {like!r}?" if like else "add the notebook, or mend the area",
            )


def _refuse_unknown_measures(claims: list[Claim], measures: set[str]) -> None:
    from caseanalysis.errors import RecordError
    from caseanalysis.records import nearest

    for claim in claims:
        if claim.measure and claim.measure not in measures:
            like = nearest(claim.measure, measures)
            raise RecordError(
                where=f"claims.csv, claim {claim.id}",
                found=f"measure {claim.measure!r}",
                wanted="a measure of data/registers/measures.csv",
                remedy=f"did you mean {like!r}?" if like else "add it to the register",
            )


def _refuse_unknown_targets(scenario: Scenario, measures: set[str]) -> None:
    from caseanalysis.errors import RecordError
    from caseanalysis.records import nearest

    for target in scenario.targets:
        if target.measure not in measures:
            like = nearest(target.measure, measures)
            raise RecordError(
                where=f"scenarios.yaml, scenario {scenario.id}",
                found=f"a target of the measure {target.measure!r}",
                wanted="a measure of data/registers/measures.csv",
                remedy=f"did you mean {like!r}?" if like else "add it to the register",
            )
