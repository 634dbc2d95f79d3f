"""Every report of a case, or some: checked, run, made into HTML and published by one swap."""

from caseanalysis.batch.build import BuildResult, BuiltReport, build, count
from caseanalysis.batch.workers import Limits

__all__ = ["BuildResult", "BuiltReport", "Limits", "build", "count"]
