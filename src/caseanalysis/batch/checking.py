"""Which published records somebody checked: by file, and by whom."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from caseanalysis.case import Case, case_folder
from caseanalysis.locations import data_root
from caseanalysis.registers import SignOff, load_sign_offs

#: How those who wrote the records are named as checkers: a check of their own work.
AUTHORS = "maintainers"

_ITEM = re.compile(r"^  - ", re.MULTILINE)
_OF_RECORD = re.compile(r"^ {2,}(?:- )?checker: *(.*)$", re.MULTILINE)
_OF_FILE = re.compile(r"^checker: *(.*)$", re.MULTILINE)
_ONE_RECORD = re.compile(r"^(?:id|name|form): ", re.MULTILINE)
_NOBODY = ("", "null", "~")


@dataclass(frozen=True)
class Checking:
    """How many records of a file were checked, by whom.

    Attributes
    ----------
    file : str
        Path below ``data``; a folder where each file of it is one record.
    records : int
        Records.
    second : int
        Those that name a checker other than their authors.
    authors : int
        Those checked by their authors alone.
    """

    file: str
    records: int
    second: int
    authors: int

    @property
    def nobody(self) -> int:
        """Records that name no checker."""
        return self.records - self.second - self.authors

    @property
    def alone(self) -> int:
        """Records that no second person has checked."""
        return self.records - self.second

    @property
    def title(self) -> str:
        """The kind of record, in words."""
        return Path(self.file).stem.replace("_", " ")


def checkings(case: Case) -> list[Checking]:
    """Return how far the records of the registers and of a case were checked, one row a file.

    A record names its checker in ``checker``, or the file does for all of its records, above them
    or by a row of ``registers/sign_offs.csv`` of as many records as it holds.
    """
    root = data_root()
    own = case_folder(case.name)
    files = [*sorted((root / "registers").glob("*.*")), *sorted(own.glob("*.*"))]
    files = [path for path in files if path.suffix in (".csv", ".yaml")]
    signed = _sign_offs()
    found = [_of_file(path, root, signed) for path in files if path.stem != "sign_offs"]
    sources = [_of_file(path, root, {}) for path in sorted((root / "registers/sources").glob("*"))]
    if sources:
        found.append(_together("registers/sources", sources))
    return [one for one in found if one.records]


def unchecked(case: Case) -> list[Checking]:
    """Return the files with published records that no second person has checked."""
    return [one for one in checkings(case) if one.alone]


def warning(found: Sequence[Checking]) -> str:
    """Return in a sentence how many records no second person has checked; empty for none."""
    if not found:
        return ""
    alone, nobody = sum(one.alone for one in found), sum(one.nobody for one in found)
    return (
        f"{alone:,} published records were checked by no second person: {nobody:,} name no "
        f"checker, {alone - nobody:,} only those who wrote them"
    )


def _sign_offs() -> dict[str, SignOff]:
    path = data_root() / "registers" / "sign_offs.csv"
    return {one.file: one for one in load_sign_offs()} if path.is_file() else {}


def _together(file: str, parts: Sequence[Checking]) -> Checking:
    return Checking(
        file,
        sum(one.records for one in parts),
        sum(one.second for one in parts),
        sum(one.authors for one in parts),
    )


def _of_file(path: Path, root: Path, signed: dict[str, SignOff]) -> Checking:
    file = path.relative_to(root).as_posix()
    checkers = list(_from_csv(path) if path.suffix == ".csv" else _from_yaml(path))
    sign_off = signed.get(file)
    if sign_off and sign_off.records == len(checkers):
        checkers = [sign_off.checker] * len(checkers)
    counts = Counter(
        "authors" if AUTHORS in name.split() else "second" for name in checkers if name
    )
    return Checking(file, len(checkers), counts["second"], counts["authors"])


def _from_csv(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            yield (row.get("checker") or "").strip()


def _from_yaml(path: Path) -> Iterator[str]:
    # Line by line in the layout that all records have, since parsing every file takes seconds.
    text = path.read_text(encoding="utf-8")
    whole = _OF_FILE.findall(text)
    if _ONE_RECORD.search(text):
        yield _named(whole)
        return
    for record in _ITEM.split(text)[1:]:
        yield _named(_OF_RECORD.findall("  " + record) or whole)


def _named(found: Sequence[str]) -> str:
    name = found[0].strip().strip("\"'") if found else ""
    return "" if name in _NOBODY else name
