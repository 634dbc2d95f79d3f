"""Recorded prevalence of conditions, of areas and of areas put together."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns
from caseanalysis.methods.rates import wilson_interval
from caseanalysis.methods.results import in_order

_COLUMNS = ("geography", "period", "area_code", "area_name", "register", "registered", "list_size")


def recorded(
    prevalence: pd.DataFrame,
    *,
    geography: str,
    kind: str,
    registers: Sequence[str],
    confidence_level: float,
    area_codes: Sequence[str] | None = None,
    pooled_name: str | None = None,
) -> pd.DataFrame:
    """Return the share of listed patients on each register (0 to 1), with a Wilson interval.

    Parameters
    ----------
    prevalence : DataFrame
        ``geography``, ``period``, ``area_code``, ``area_name``, ``register``, ``registered``
        (patients on the register), ``list_size`` (patients of the ages that it covers).
    geography : str
        Rows to take.
    kind : str
        What the areas are called in ``area_kind``: place, commissioner, peers or England.
    registers : sequence of str
        Codes of the registers, in the order to show.
    confidence_level : float
        Of the interval.
    area_codes : sequence of str, optional
        Areas to take, in the order to show; all of the geography unless told.
    pooled_name : str, optional
        Put the areas together under this name: their patients are added up, not their shares.

    Returns
    -------
    DataFrame
        ``period``, ``area_code``, ``area_name``, ``area_kind``, ``register``, ``registered``,
        ``list_size``, ``share``, ``lower``, ``upper``; key ``area_code``, ``register``.

    Raises
    ------
    MethodError
        If an area lacks a register, or there is more than one period.
    """
    require_columns(prevalence, _COLUMNS, where="prevalence")
    rows = prevalence[prevalence["geography"].eq(geography)]
    areas = list(area_codes) if area_codes is not None else sorted(rows["area_code"].unique())
    rows = rows[rows["register"].isin(registers) & rows["area_code"].isin(areas)]
    _require_complete(rows, registers, areas, geography)
    rows = in_order(in_order(rows, "area_code", areas), "register", registers)
    if pooled_name is not None:
        sums = rows.groupby(["period", "register"], as_index=False, sort=False)
        patients = sums[["registered", "list_size"]].sum()
        rows = patients.assign(area_code=pooled_name, area_name=pooled_name)
    shares = wilson_interval(
        rows, numerator="registered", denominator="list_size", confidence_level=confidence_level
    )
    kept = ["period", "area_code", "area_name", "area_kind", "register", "registered", "list_size"]
    return shares.assign(area_kind=kind)[[*kept, "share", "lower", "upper"]].reset_index(drop=True)


def _require_complete(
    rows: pd.DataFrame, registers: Sequence[str], areas: Sequence[str], geography: str
) -> None:
    held = set(zip(rows["area_code"], rows["register"], strict=True))
    absent = [f"{register} for {area}" for area in areas for register in registers
              if (area, register) not in held]  # fmt: skip
    periods = sorted(set(rows["period"]))
    if absent or len(periods) != 1:
        raise MethodError(
            where=f"prevalence, {geography}",
            found=f"no register {absent[0]}" if absent else f"the periods {', '.join(periods)}",
            wanted="every register for every area, in one period",
            remedy="choose registers and areas that the publication has",
        )
