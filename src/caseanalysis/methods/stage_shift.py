"""Earlier stages: how many more cancers would be found early, and what each would have to save."""

from __future__ import annotations

import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns, require_key
from caseanalysis.registers import Assumption


def target_of(targets: pd.DataFrame, *, otherwise: float) -> float:
    """Return the target of a scenario (share), or another number where it sets none.

    Parameters
    ----------
    targets : DataFrame
        ``value``, as returned by ``scenarios.targets`` for one measure; may be empty.
    otherwise : float
        What is taken without a target.

    Raises
    ------
    MethodError
        If there are several targets.
    """
    if targets.empty:
        return otherwise
    if len(targets) > 1:
        raise MethodError(
            where="early stages",
            found=f"{len(targets)} targets",
            wanted="one for the whole group",
            remedy="set one target in the scenario",
        )
    return float(targets["value"].iloc[0])


def people_found_earlier(
    volumes: pd.DataFrame,
    *,
    base: Assumption,
    target: float,
    staged: Assumption,
) -> pd.DataFrame:
    """Return the people a year whose cancer would be found at stage 1 or 2 instead of 3 or 4.

    Parameters
    ----------
    volumes : DataFrame
        ``org_code``, ``treated``: people first treated for cancer in a year.
    base : Assumption
        Share found at stage 1 or 2 now (low, central, high).
    target : float
        Share to be found so.
    staged : Assumption
        Share of cancers that are given a stage (low, central, high).

    Returns
    -------
    DataFrame
        ``org_code``, ``treated``, ``people``, ``lower``, ``upper`` (people a year); key
        ``org_code``.

    Raises
    ------
    MethodError
        If the target is not between 0 and 1, or a trust stands twice.

    Notes
    -----
    people = treated x share with a stage x max(0, target - base). Stages are held by the national
    disease registration service, not by waiting times: first treatments stand for diagnoses.
    """
    require_columns(volumes, ["org_code", "treated"], where="first treatments")
    require_key(volumes, ["org_code"], where="first treatments")
    if not 0 <= target <= 1:
        raise MethodError(
            where="early stages",
            found=f"a target of {target}",
            wanted="a share between 0 and 1",
            remedy="divide a percentage by 100",
        )
    treated = volumes["treated"].astype(float)
    return volumes[["org_code", "treated"]].assign(
        people=treated * staged.central * max(0.0, target - base.central),
        lower=treated * staged.low * max(0.0, target - base.high),
        upper=treated * staged.high * max(0.0, target - base.low),
    )


def saving(people: pd.DataFrame, *, each: Assumption) -> pd.DataFrame:
    """Return what earlier treatment would spare a year, from a saving for each person.

    Parameters
    ----------
    people : DataFrame
        As returned by `people_found_earlier`.
    each : Assumption
        Cost of late less cost of early treatment (pounds a person; low, central, high).

    Returns
    -------
    DataFrame
        ``org_code``, ``people``, ``saving``, ``saving_lower``, ``saving_upper`` (pounds a year, in
        the prices of the assumption); key ``org_code``. Nothing is taken off for finding them.
    """
    require_columns(people, ["org_code", "people", "lower", "upper"], where="people")
    return people[["org_code", "people"]].assign(
        saving=people["people"] * each.central,
        saving_lower=people["lower"] * each.low,
        saving_upper=people["upper"] * each.high,
    )


def needed_for(people: pd.DataFrame, printed: pd.DataFrame) -> pd.DataFrame:
    """Return what each person found earlier would have to save for a printed saving to hold.

    Parameters
    ----------
    people : DataFrame
        One row, as returned by `people_found_earlier`.
    printed : DataFrame
        ``claim_id``, ``value``, ``lower``, ``upper``: printed savings (pounds a year) with what
        their rounding allows.

    Returns
    -------
    DataFrame
        ``claim_id``, ``saving``, ``each``, ``lower``, ``upper`` (pounds a person); no row where
        nobody would be found earlier.
    """
    if printed.empty:
        return pd.DataFrame(columns=["claim_id", "saving", "each", "lower", "upper"])
    require_columns(printed, ["claim_id", "value", "lower", "upper"], where="printed savings")
    if len(people) != 1:
        raise MethodError(
            where="people found earlier",
            found=f"{len(people)} rows",
            wanted="the row of the group alone",
            remedy="select the group first",
        )
    row = people.iloc[0]
    kept = printed if row["people"] > 0 else printed.head(0)
    return pd.DataFrame({
        "claim_id": kept["claim_id"],
        "saving": kept["value"],
        "each": kept["value"] / row["people"],
        "lower": kept["lower"] / row["upper"],
        "upper": kept["upper"] / row["lower"] if row["lower"] > 0 else float("inf"),
    }).reset_index(drop=True)  # fmt: skip


def in_rows(people: pd.DataFrame, *, saved: pd.DataFrame, needed: pd.DataFrame) -> pd.DataFrame:
    """Return people, saving and what a printed saving needs as rows of one table.

    Parameters
    ----------
    people, saved, needed : DataFrame
        As returned by `people_found_earlier` (one row), `saving` and `needed_for`.

    Returns
    -------
    DataFrame
        ``what``, ``value``, ``lower``, ``upper``, ``unit``.
    """
    moved, spared = people.iloc[0], saved.iloc[0]
    rows = [
        ("Found earlier", moved["people"], moved["lower"], moved["upper"], "people a year"),
        ("Saving, published costs", spared["saving"], spared["saving_lower"],
         spared["saving_upper"], "pounds a year"),
    ]  # fmt: skip
    for _, row in needed.iterrows():
        rows += [
            ("Saving, as printed", row["saving"], row["saving"], row["saving"], "pounds a year"),
            ("Needed for each person for the printed saving", row["each"], row["lower"],
             row["upper"], "pounds"),
        ]  # fmt: skip
    return pd.DataFrame(rows, columns=["what", "value", "lower", "upper", "unit"])
