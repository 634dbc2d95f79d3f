"""The register of sources as a page: what, who, where, licence, period held, quirks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from caseanalysis.batch.freshness import (
    Publication,
    age_text,
    month_text,
    months_behind,
    newest,
)
from caseanalysis.batch.shell import render, sheet
from caseanalysis.case import Case
from caseanalysis.registers import Address, Caution, Source


def sources_page(
    case: Case,
    sources: Mapping[str, Source],
    found: Sequence[Publication],
    titles: Mapping[str, str],
    version: str,
    *,
    cautions: Sequence[Caution] = (),
    addresses: Mapping[str, Sequence[Address]] | None = None,
) -> str:
    """Return the page of all source records, those that the build used first.

    Parameters
    ----------
    case : Case
        The case.
    sources : Mapping of str to Source
        The register of sources.
    found : sequence of Publication
        The publications that the reports use, with the period held of each.
    titles : Mapping of str to str
        Titles of the reports by area.
    version : str
        Version of the module.
    cautions : sequence of Caution
        Known faults of publications.
    addresses : Mapping of str to sequence of Address, optional
        The stable addresses of files, by source.
    """
    latest = newest(found)
    held: dict[str, list[dict[str, Any]]] = {}
    for one in found:
        held.setdefault(one.source, []).append(
            {
                "publication": one,
                "ends": month_text(one.ends) if one.ends else "",
                "age": _age(months_behind(one.ends, latest)),
            }
        )
    ordered = sorted(sources.values(), key=lambda one: (one.publisher, one.title))
    return render(
        "sources.html.j2",
        more_css=sheet("index"),
        case=case,
        version=version,
        titles=titles,
        held=held,
        used=[one for one in ordered if one.id in held],
        others=[one for one in ordered if one.id not in held],
        cautions={
            one.id: [caution for caution in cautions if one.id in caution.sources]
            for one in ordered
        },
        addresses=addresses or {},
    )


def _age(months: int | None) -> str:
    text = age_text(months)
    return f"{text} data here" if months == 0 else f"{text} older than the newest data here"
