"""NHS maternity statistics: the yearly CSV of the maternity services data set by provider.

Every count is rounded to 5 by the publisher. Dimensions and categories were renamed between
years; the table has one name of each, and the dimension as printed beside it.
"""

from __future__ import annotations

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.periods import financial_year_start
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import fits, pick
from caseanalysis.readers.population_projections import headings
from caseanalysis.readers.workbook_tables import csv_rows, figures

_LABELS = {
    "year": r"period",
    "dimension": r"dimension",
    "level": r"org[_ ]level",
    "org_code": r"org[_ ]code",
    "org_name": r"org[_ ]name",
    "category": r"measure",
    "counted": r"count[_ ]of",
}
_VALUE = {"value": r"value|final[_ ]value"}
_LEVELS = {"national": "national", "provider": "provider"}
#: Dimensions that were renamed: the newer name of each.
_RENAMED = {
    "MethodOfDelivery": "DeliveryMethodBabyGroup",
    "FolicAcidStatusGroupBooking": "FolicAcidSupplement",
    "SmokingAtBooking": "SmokingStatusGroupBooking",
}
_MISSING = r"(?i)missing value ?/ ?value outside reporting parameters"
_WITHHELD = ("", "*", "-")
#: What a dimension's categories add up to at most, by what they count.
_TOTALS = {"deliveries": "TotalDeliveries", "babies": "TotalBabies"}
_ROUNDED_TO = 5
#: Babies of one dimension may be fewer than all (only term births are asked of some), never more
#: than this share above: a delivery may stand in two categories of a few records.
_ABOVE = 0.01


def _recognise(file: OfficialFile) -> bool:
    return fits(headings(file), (*_LABELS.values(), *_VALUE.values()))


def _read(file: OfficialFile) -> Reading:
    rows = csv_rows(file)
    named = pick(file, rows, _LABELS | _VALUE)
    table = rows[list(named.values())].set_axis(list(named), axis="columns")
    table["value"] = figures(file, table[["value"]], withheld=_WITHHELD)["value"]
    year = _year(file, table["year"])
    table["level"] = _level(file, table["level"])
    table["counted"] = table["counted"].str.casefold()
    table["printed_dimension"] = table["dimension"]
    table["dimension"] = table["dimension"].replace(_RENAMED)
    table["category"] = _category(table["category"])
    checks = _reconcile(file, table)
    return Reading(
        tables={
            "maternity": schemas.validate(
                table.assign(year=year), "maternity", where=file.path.name
            )
        },
        release=year,
        period=year,
        slice_=year,
        checks=checks,
        notes=_notes(table),
    )


def _year(file: OfficialFile, text: pd.Series) -> str:
    years = text.unique()
    try:
        start = financial_year_start(years[0])
    except ValueError as error:
        raise file.broken("column Period", found=str(error), wanted="such as 2021-22") from None
    if len(years) != 1:
        raise file.broken("column Period", found=", ".join(years), wanted="one year")
    return f"{start}-{(start + 1) % 100:02d}"


def _level(file: OfficialFile, text: pd.Series) -> pd.Series:
    level = text.str.casefold().replace({"nhs england (region)": "region", **_LEVELS})
    for row in text.index[~level.isin(["national", "provider", "region"])][:1]:
        raise file.broken(
            f"row {row}, Org_Level", found=repr(text[row]), wanted="National, Provider or region"
        )
    return level


def _category(text: pd.Series) -> pd.Series:
    """Return categories under one name each; that of a total is ``all``."""
    plain = text.str.replace(_MISSING, "missing or outside reporting parameters", regex=True)
    return plain.str.replace(r"^0(\d)$", r"\1", regex=True).mask(text == "", "all")


def _reconcile(file: OfficialFile, table: pd.DataFrame) -> tuple[Check, ...]:
    """Check that no dimension has more than all, and regions fit the nation but for rounding."""
    national = table[table["level"] == "national"]
    sums = national.groupby(["counted", "dimension"])["value"].sum()
    for counted, name in _TOTALS.items():
        if (counted, name) not in sums.index:
            raise file.broken("level National", found=f"no {name}", wanted=f"all {counted}")
        share = sums[counted] / sums[counted, name]
        for dimension in share.index[share > 1 + _ABOVE][:1]:
            raise file.broken(
                f"level National, {dimension}",
                found=f"{sums[counted, dimension]:,.0f} {counted}",
                wanted=f"at most {sums[counted, name]:,.0f}, all of them",
            )
    return tuple(
        Check(
            f"{level} rows against the national one: {name}",
            float(_total(table, level, name)),
            float(_total(table, "national", name)),
        )
        for name in _TOTALS.values()
        for level in ("region", "provider")
    )


def _total(table: pd.DataFrame, level: str, name: str) -> float:
    chosen = (table["level"] == level) & (table["dimension"] == name)
    return float(table.loc[chosen, "value"].sum())


def _notes(table: pd.DataFrame) -> tuple[str, ...]:
    renamed = table.loc[table["dimension"] != table["printed_dimension"]]
    pairs = renamed[["printed_dimension", "dimension"]].drop_duplicates()
    notes = [
        f"{row.printed_dimension} is held as {row.dimension}, its newer name"
        for row in pairs.itertuples()
    ]
    missing = int(table["value"].isna().sum())
    notes += [f"{missing} counts are withheld by the publisher and missing here"] * bool(missing)
    for name in _TOTALS.values():
        ours, nation = _total(table, "provider", name), _total(table, "national", name)
        count = int(((table["level"] == "provider") & (table["dimension"] == name)).sum())
        if abs(ours - nation) > _ROUNDED_TO / 2 * (count + 1):
            notes.append(
                f"{name}: providers add up to {ours:,.0f}, the nation has {nation:,.0f}, "
                "more than rounding explains"
            )
    return tuple(notes)


READER = Reader(
    source="maternity_msds",
    recognise=_recognise,
    read=_read,
    traits="Period Dimension Org_Level Org_Code Org_Name Measure Count_Of Value",
    tables=("maternity",),
)
