"""What is held for a case, how it reconciled, and the faults that the loader found in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import partial

import pandas as pd
import pandera.pandas as pa

from caseanalysis import quality
from caseanalysis.case import Case
from caseanalysis.geography import ENGLAND
from caseanalysis.organisations import load_successions, predecessors
from caseanalysis.quality.held import Held
from caseanalysis.quality.holdings import holdings
from caseanalysis.registers import source
from caseanalysis.schemas import TableSchema
from caseanalysis.schemas.contract import text, whole
from caseanalysis.store import Store
from caseanalysis.tables.contract import EvidenceTable

#: Faults beyond so many are counted in the store alone, the least grave first.
MOST_FAULTS = 250
_MANY = 10**9


def quality_tables(others: Iterable[EvidenceTable]) -> tuple[EvidenceTable, ...]:
    """Return the evidence tables on the quality of what other evidence tables are made from.

    Parameters
    ----------
    others : iterable of EvidenceTable
        The tables of the case; those that no extract may carry are passed over.
    """
    carried = [table for table in others if table.licensed_for_extract]
    needs = tuple(sorted({need for table in carried for need in (*table.needs, *table.chosen_by)}))
    table = partial(EvidenceTable, needs=needs, cumulative=False, open_sources_only=True)
    return (
        table("holdings", _HOLDINGS, build=partial(_holdings, needs=needs)),
        table("reconciliations", _CHECKS, build=partial(_checks, needs=needs)),
        table("faults", quality.FAULTS, build=partial(_faults, needs=needs)),
    )


def _openly_licensed(store: Store, needs: Collection[str]) -> Held:
    """Return the files that an extract may be made from, and of their tables those needed."""
    entries = [entry for entry in store.entries() if source(entry.source).open_licence]
    return Held(store, entries).giving(needs)


def _holdings(store: Store, case: Case, *, needs: Collection[str]) -> pd.DataFrame:
    return holdings(_openly_licensed(store, needs))


def _checks(store: Store, case: Case, *, needs: Collection[str]) -> pd.DataFrame:
    return quality.reconciliations(_openly_licensed(store, needs))


def _faults(store: Store, case: Case, *, needs: Collection[str]) -> pd.DataFrame:
    """Return the faults of the case's organisations and places, its peers, England, and all."""
    found = quality.faults(_openly_licensed(store, needs))
    chosen = found[found["entity"].isin(_entities(case))]
    kept = chosen.head(MOST_FAULTS)
    return kept.sort_values(list(quality.FAULTS.key), ignore_index=True)


def _entities(case: Case) -> set[str]:
    own = {code for trust in case.trusts for code in (trust.code, *trust.predecessors)}
    trusts = {*own, *case.peer_trust_codes}
    wholes = {place.part_of.code for place in case.places if place.part_of}
    boards = {case.commissioner.code, *case.peers.commissioners.members}
    return {
        *trusts,
        *predecessors(trusts, load_successions()),
        *case.place_codes,
        *wholes,
        *boards,
        ENGLAND,
        "ENGLAND",
        quality.ALL,
    }


_COUNT = whole(0, _MANY)
_AMOUNT = pa.Column(float, nullable=True)

_HOLDINGS = TableSchema(
    "What is held of each publication that the case's figures come from",
    ("source",),
    {"source": text(), "files": _COUNT, "first_period": text(), "last_period": text(),
     "last_published": text(nullable=True), "rows": _COUNT, "checks": _COUNT, "notes": _COUNT},
    {"files": "files", "rows": "rows", "checks": "totals compared", "notes": "notes"},
)  # fmt: skip

_CHECKS = TableSchema(
    "Totals that were compared with the publisher's own",
    ("source", "check"),
    {"source": text(), "check": text(), "period": text(), "files": _COUNT, "agreeing": _COUNT,
     "worst_period": text(), "ours": _AMOUNT, "publishers": _AMOUNT, "size": _AMOUNT},
    {"files": "files", "agreeing": "files", "size": "ours over the publisher's, less 1"},
)  # fmt: skip
