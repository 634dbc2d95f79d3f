"""Months, organisations and figures that are not there though others are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from caseanalysis.geography import TRUST_CODE
from caseanalysis.organisations import Succession
from caseanalysis.quality.contract import fault, span
from caseanalysis.quality.series import Panel

Mask = NDArray[np.bool_]
#: Where more than this share of organisations lack figures, it is the rule of the publication.
_COMMON = 0.25


def absence_faults(panel: Panel, successions: Sequence[Succession]) -> Iterator[dict[str, Any]]:
    """Yield what a table lacks: months, months of an organisation, figures, and codes that end."""
    about = {"source": panel.source, "table": panel.table}
    yield from (fault(**about, **one) for one in _missing_periods(panel))
    if panel.entity:
        yield from (fault(**about, **one) for one in _gaps(panel))
        yield from (fault(**about, **one) for one in _starts_and_stops(panel, successions))
        yield from (fault(**about, **one) for one in _withheld(panel))


def runs(mask: Mask) -> list[tuple[int, int]]:
    """Return the first and last position of each run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(int)))
    return [(int(first), int(end) - 1) for first, end in zip(edges[::2], edges[1::2], strict=True)]


def _missing_periods(panel: Panel) -> Iterator[dict[str, Any]]:
    for first, last in runs(~_held(panel)):
        yield {
            "kind": "missing month",
            "period": span(panel.text(first), panel.text(last)),
            "expected": f"{last - first + 1} more",
            "severity": "medium",
            "evidence": f"figures are held from {panel.text(0)} to "
            f"{panel.text(len(panel.periods) - 1)}, and none of this",
        }


def _held(panel: Panel) -> Mask:
    """Return the periods in which anybody has a row."""
    periods: Mask = np.any(panel.present, axis=1)
    return periods


def _by_entity(panel: Panel, mask: Mask) -> dict[str, Mask]:
    """Return whether any series of each entity has a trait, by period."""
    codes = panel.series[panel.entity].astype(str).to_numpy()
    order = np.argsort(codes, kind="stable")
    names, starts = np.unique(codes[order], return_index=True)
    together = np.logical_or.reduceat(mask[:, order], starts, axis=1)
    return {str(name): together[:, position] for position, name in enumerate(names)}


def _gaps(panel: Panel) -> Iterator[dict[str, Any]]:
    held = _held(panel)
    for entity, there in _by_entity(panel, panel.present).items():
        known = np.flatnonzero(there)
        inside = ~there & held
        inside[: known[0]] = inside[known[-1] :] = False
        for first, last in runs(inside):
            yield {
                "kind": "gap",
                "entity": entity,
                "period": span(panel.text(first), panel.text(last)),
                "expected": f"{last - first + 1} more",
                "severity": "medium" if TRUST_CODE.match(entity) else "low",
                "evidence": f"{entity} has figures from {panel.text(known[0])} to "
                f"{panel.text(known[-1])}, and none of this",
            }


def _starts_and_stops(panel: Panel, successions: Sequence[Succession]) -> Iterator[dict[str, Any]]:
    ended, begun = {one.old_code for one in successions}, {one.new_code for one in successions}
    held = np.flatnonzero(_held(panel))
    for entity, there in _by_entity(panel, panel.present).items():
        known = np.flatnonzero(there)
        if not TRUST_CODE.match(entity):
            continue
        for kind, at, end, recorded in (
            ("code starts", known[0], held[0], begun),
            ("code stops", known[-1], held[-1], ended),
        ):
            if at != end and entity not in recorded:
                word = "first" if kind == "code starts" else "last"
                yield {
                    "kind": kind,
                    "entity": entity,
                    "period": panel.text(at),
                    "severity": "low",
                    "evidence": f"{word} month of {entity} in a table from "
                    f"{panel.text(held[0])} to {panel.text(held[-1])}; no succession on record",
                }


def _withheld(panel: Panel) -> Iterator[dict[str, Any]]:
    together: dict[tuple[str, int, int], list[str]] = {}
    for measure in panel.measures:
        given = np.isfinite(panel.matrix(measure))
        lacking = panel.present & ~given
        # A figure that nobody gives is not part of that edition; one never given is not theirs.
        usual = given.sum(axis=1, keepdims=True) > lacking.sum(axis=1, keepdims=True)
        for entity, missing in _by_entity(panel, lacking & usual & given.any(axis=0)).items():
            for first, last in runs(missing):
                together.setdefault((entity, first, last), []).append(measure)
    entities = {entity for entity, _, _ in together}
    if len(entities) > panel.series[panel.entity].nunique() * _COMMON:
        yield _suppressed(panel, entities)
        return
    for (entity, first, last), measures in sorted(together.items()):
        yield {
            "kind": "withheld",
            "entity": entity,
            "column": ", ".join(measures),
            "period": span(panel.text(first), panel.text(last)),
            "expected": f"figures of {last - first + 1} periods",
            "severity": "medium" if TRUST_CODE.match(entity) else "low",
            "evidence": f"{entity} has a row without these figures, which most others give; sums "
            "over it are unknown",
        }


def _suppressed(panel: Panel, entities: set[str]) -> dict[str, Any]:
    """Return one fault for a table in which many organisations lack figures: it is the rule."""
    return {
        "kind": "withheld",
        "period": span(panel.text(0), panel.text(len(panel.periods) - 1)),
        "found": f"{len(entities):,} organisations with some",
        "severity": "low",
        "evidence": "figures are missing here and there for many organisations, as where small "
        "numbers are suppressed; sums over them are unknown",
    }
