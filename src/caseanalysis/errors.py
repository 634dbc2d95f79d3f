"""The one family of errors, each with the exit code that the command line returns."""

from __future__ import annotations


class CaseAnalysisError(Exception):
    """A fault that a user can mend, told as where, what was found, what was wanted, what to do.

    Parameters
    ----------
    where : str
        Place of the fault: file, sheet, row, column, key or parameter.
    found : str
        What stands there.
    wanted : str
        What would be right.
    remedy : str
        What the user can do about it.
    """

    exit_code = 1

    def __init__(self, *, where: str, found: str, wanted: str, remedy: str) -> None:
        super().__init__(where, found, wanted, remedy)
        self.where = where
        self.found = found
        self.wanted = wanted
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.where}: found {self.found}; wanted {self.wanted}; {self.remedy}"

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only arguments do not survive the default pickling between worker processes.
        return _rebuild, (type(self), self.where, self.found, self.wanted, self.remedy)


def _rebuild(
    family: type[CaseAnalysisError], where: str, found: str, wanted: str, remedy: str
) -> CaseAnalysisError:
    return family(where=where, found=found, wanted=wanted, remedy=remedy)


class ParameterError(CaseAnalysisError):
    """A parameter with a wrong name, type or value."""

    exit_code = 3


class RecordError(CaseAnalysisError):
    """A register or case that is not what its schema says."""

    exit_code = 4


class UnknownPublicationError(CaseAnalysisError):
    """A file that no reader knows."""

    exit_code = 5


class BrokenPublicationError(CaseAnalysisError):
    """A known publication whose layout moved or whose figures do not reconcile."""

    exit_code = 6


class MissingDataError(CaseAnalysisError):
    """A table that is neither in the data store nor among the compact extracts."""

    exit_code = 7


class BuildError(CaseAnalysisError):
    """A notebook that failed, or reports that could not be published."""

    exit_code = 8


class StoreError(CaseAnalysisError):
    """A data store that cannot be read or written."""

    exit_code = 9


class MethodError(CaseAnalysisError):
    """A calculation that the data do not allow: too few points, zero denominators, other ages."""

    exit_code = 10
