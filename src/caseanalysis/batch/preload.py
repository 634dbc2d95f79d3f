"""What every notebook needs, imported once by the process that a build forks its workers from.

Importing takes longer than most notebooks run. No record is read here, so that each worker reads
its own, and what it read can be told.
"""

from __future__ import annotations

import nbconvert
import pandas as pd
import pandera.pandas as pandera
import papermill
import seaborn
import statsmodels.api

from caseanalysis import charts, methods
from caseanalysis.batch import engine, page
from caseanalysis.notebook import study
from caseanalysis.readers import all_readers

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

# Both import what they need at their first use.
all_readers()
pandera.DataFrameSchema({}).validate(pd.DataFrame())
