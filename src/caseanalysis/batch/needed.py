"""The libraries that every notebook needs, and what they import at their first use.

No record is read here, so that each worker reads its own, and what it read can be told.
"""

from __future__ import annotations

import nbconvert
import nbformat
import pandas as pd
import pandera.pandas as pandera
import papermill
import seaborn
import statsmodels.api

from caseanalysis import charts, methods
from caseanalysis.batch import engine, page, shell
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

_SHORT = """{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
{"id": "a", "cell_type": "markdown", "metadata": {}, "source": "# Title"},
{"id": "b", "cell_type": "code", "metadata": {}, "source": "1", "outputs": [],
 "execution_count": null}]}"""

# All of these import or compile what they need at their first use.
all_readers()
pandera.DataFrameSchema({}).validate(pd.DataFrame())
_notebook = nbformat.reads(_SHORT, as_version=4)  # type: ignore[no-untyped-call]
page.convert(_notebook)
shell.template_of("report.html.j2")
