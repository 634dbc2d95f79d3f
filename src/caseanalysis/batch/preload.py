"""What every notebook needs, imported once by the process that a build forks its workers from.

Importing takes longer than most notebooks run. Nothing is read or computed here, so that each
worker reads its own records, and what it read can be told.
"""

from __future__ import annotations

import nbconvert
import papermill
import seaborn
import statsmodels.api

from caseanalysis import charts, methods
from caseanalysis.batch import engine, page
from caseanalysis.notebook import study

__all__ = [
    "charts",
    "engine",
    "methods",
    "nbconvert",
    "page",
    "papermill",
    "seaborn",
    "statsmodels",
    "study",
]
