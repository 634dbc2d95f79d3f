"""Of what kinds the staff of a trust are: doctors in training, and central functions."""

from __future__ import annotations

import pandas as pd

from caseanalysis.methods.columns import require_columns, require_key

_IN_TRAINING = (
    "Foundation Doctor Year 1",
    "Foundation Doctor Year 2",
    "Core Training",
    "Specialty Registrar",
)
_CENTRAL = ("Central functions", "Senior managers", "Managers")
_KEY = ["month", "org_code"]


def per_hundred_consultants(staff: pd.DataFrame) -> pd.DataFrame:
    """Return doctors in training for each hundred consultants (full-time equivalents).

    Parameters
    ----------
    staff : DataFrame
        ``month``, ``org_code``, ``staff_group``, ``fte``. A trust without a grade of training has
        none of it; one without consultants is left out.

    Returns
    -------
    DataFrame
        ``month``, ``org_code``, ``in_training``, ``consultants`` (full-time equivalents),
        ``value``; key the first two.
    """
    wide = _wide(staff)
    trained = wide.reindex(columns=list(_IN_TRAINING)).sum(axis="columns")
    consultants = wide.get("Consultant", pd.Series(0.0, index=wide.index)).fillna(0)
    table = pd.DataFrame({"in_training": trained, "consultants": consultants})
    table = table[table["consultants"].gt(0)]
    return table.assign(value=100 * table["in_training"] / table["consultants"]).reset_index()


def central_share(staff: pd.DataFrame) -> pd.DataFrame:
    """Return the share of staff in central functions and management (0 to 1).

    Parameters
    ----------
    staff : DataFrame
        ``month``, ``org_code``, ``staff_group``, ``fte``. Central functions are those that the
        workforce statistics call so (finance, personnel, information technology, planning), with
        managers and senior managers.

    Returns
    -------
    DataFrame
        ``month``, ``org_code``, ``central``, ``total`` (full-time equivalents), ``value``; key the
        first two.
    """
    wide = _wide(staff)
    central = wide.reindex(columns=list(_CENTRAL)).sum(axis="columns")
    table = pd.DataFrame({"central": central, "total": wide["Total"]})
    return table.assign(value=table["central"] / table["total"]).reset_index()


def latest_month(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the latest month."""
    return table[table["month"].eq(table["month"].max())].reset_index(drop=True)


def _wide(staff: pd.DataFrame) -> pd.DataFrame:
    require_columns(staff, [*_KEY, "staff_group", "fte"], where="staff")
    require_key(staff, [*_KEY, "staff_group"], where="staff")
    return staff.pivot_table(index=_KEY, columns="staff_group", values="fte")
