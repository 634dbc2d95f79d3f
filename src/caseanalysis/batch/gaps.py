"""Evidence gaps: what cannot be tested or shown, by the data that would settle it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from caseanalysis.batch.ledger import Ledger
from caseanalysis.case import Case, Claim, load_claims
from caseanalysis.locations import data_root
from caseanalysis.notebook.signs import CONTRADICTION, UNTESTED
from caseanalysis.opportunities import load_opportunities
from caseanalysis.priorities import load_priorities
from caseanalysis.registers import load_measures

Kind = Literal["claim", "figure or table", "aim"]

_CLOSED = re.compile(r"\bnot public\b|\bnot published\b|\bunpublished\b")
_FROM = re.compile(r"^needs (?P<what>[^,;]+?) from (?P<data>[^,;]+)")
_NEEDS = re.compile(r"^(?:needs|rests on (?:an? )?unpublished) (?P<data>[^,;]+)")
_SETTLED = re.compile(r"; (?P<data>[^;]+) would settle it$")
_NO_STATISTIC = re.compile(r"\bnot a (statistic|measurement)\b")


@dataclass(frozen=True)
class Need:
    """One thing that data would open: what it is, its area, and the data.

    ``amount`` is what an opportunity prints for a claim, pounds a year.
    """

    data: str
    what: str
    kind: Kind
    area: str
    name: str
    amount: float = 0.0
    public: bool = True


@dataclass(frozen=True)
class Gap:
    """Data that are not held, and everything that they would open."""

    needs: tuple[Need, ...]

    @property
    def data(self) -> str:
        """What the data are, as a heading."""
        return _sentence(self.needs[0].data)

    @property
    def whats(self) -> tuple[str, ...]:
        """What is wanted of the data, each once."""
        found = dict.fromkeys(need.what for need in self.needs if need.what)
        return tuple(found)

    @property
    def areas(self) -> tuple[str, ...]:
        """Areas that they would open, in order."""
        return tuple(dict.fromkeys(need.area for need in self.needs))

    @property
    def amount(self) -> float:
        """Printed pounds a year of the opportunities whose claims they would test."""
        return sum(need.amount for need in self.needs)

    @property
    def public(self) -> bool:
        """Whether nothing says that they are not public."""
        return all(need.public for need in self.needs)

    def count(self, kind: Kind) -> int:
        """Return how many claims, figures or aims they would open."""
        return len({need.name for need in self.needs if need.kind == kind})


def evidence_gaps(
    case: Case, records: Mapping[str, Mapping[str, Any]], ledger: Ledger
) -> list[Gap]:
    """Return the evidence gaps of a case, those that open most first.

    Order: printed pounds of the opportunities that rest on them, then claims, then figures, tables
    and aims.

    Parameters
    ----------
    case : Case
        The case.
    records : Mapping of str to Mapping
        Facts of each report by area, in the order of the reports.
    ledger : Ledger
        The ledger of the case.
    """
    needs = [*_of_claims(case, ledger), *_of_panels(records), *_of_aims(case)]
    grouped: dict[str, list[Need]] = {}
    for need in needs:
        grouped.setdefault(need.data.casefold(), []).append(need)
    gaps = [Gap(tuple(group)) for group in grouped.values()]
    return sorted(gaps, key=lambda gap: (-gap.amount, -gap.count("claim"), -len(gap.needs)))


def no_statistic(case: Case) -> int:
    """Return how many claims are no measurement, so that no data would test them."""
    texts = (claim.untestable for claim in load_claims(case.name) if claim.untestable)
    return sum(settled_by(text) is None for text in texts)


def settled_by(untestable: str) -> tuple[str, str, bool] | None:
    """Return the data that would settle a claim, what of it, and whether it is public.

    ``needs WHAT from DATA, which is not public``, ``needs DATA; a remark``, ``rests on unpublished
    DATA`` and ``a remark; DATA would settle it`` are understood; any other reason stands for
    itself. None for a claim that the reason calls no statistic or no measurement.
    """
    public = _CLOSED.search(untestable) is None
    if found := _FROM.match(untestable):
        return found["data"], found["what"], public
    if found := _SETTLED.search(untestable):
        return found["data"], "", public
    if found := _NEEDS.match(untestable):
        return found["data"], "", public
    return None if _NO_STATISTIC.search(untestable) else (untestable, "", True)


def _of_claims(case: Case, ledger: Ledger) -> Iterator[Need]:
    claims = {claim.id: claim for claim in load_claims(case.name)}
    titles = _titles() if claims else {}
    asked = {claim for one in load_opportunities(case.name) for claim in one.claims}
    for row in ledger.rows:
        if row["verdict"] not in (UNTESTED, CONTRADICTION):
            continue
        claim = claims[row["claim_id"]]
        found = settled_by(claim.untestable) if claim.untestable else _of_measure(claim, titles)
        if found is None:
            continue
        data, what, public = found
        amount = claim.value or 0.0 if claim.id in asked else 0.0
        yield Need(data, what, "claim", claim.area, claim.id, amount, public)


def _titles() -> dict[str, str]:
    """Return the titles of the measures; none in a project without their register."""
    if not (data_root() / "registers" / "measures.csv").is_file():
        return {}
    return {one.id: one.title for one in load_measures().values()}


def _of_measure(claim: Claim, titles: Mapping[str, str]) -> tuple[str, str, bool]:
    """Return the publication that a claim cites, and the measure and period that it needs."""
    cited = (claim.printed_source or "").split(";")[0].strip()
    name = str(claim.measure)
    what = f"{_inner(titles.get(name, name.replace('_', ' ')))} ({claim.period})"
    return (f"“{cited}”, which the case cites", what, True) if cited else (what, "", True)


def _of_panels(records: Mapping[str, Mapping[str, Any]]) -> Iterator[Need]:
    for area, record in records.items():
        for number, panel in enumerate(record.get("panels", ())):
            found = _FROM.match(f"needs {panel['needs']}")
            data = found["data"] if found else panel["needs"]
            name = f"{area} panel {number}"
            yield Need(data.rstrip("."), panel["what"], "figure or table", area, name)


def _of_aims(case: Case) -> Iterator[Need]:
    for aim in load_priorities(case.name):
        for missing in aim.missing:
            yield Need(
                missing.source.rstrip("."), _inner(missing.what), "aim", "priorities", aim.id
            )


def _inner(title: str) -> str:
    """Return a title as it stands within a sentence; an abbreviation keeps its capitals."""
    return title if title[:2].isupper() else title[:1].lower() + title[1:]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def listed(texts: Iterable[str], *, most: int) -> str:
    """Return texts as one line, and how many more there are than are written."""
    known: Sequence[str] = list(texts)
    more = len(known) - most
    return "; ".join(known[:most]) + (f"; and {more} more" if more > 0 else "")
