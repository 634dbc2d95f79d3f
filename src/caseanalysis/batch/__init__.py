"""Every report of a case, or some: checked, run, made into HTML and published by one swap."""

from caseanalysis.batch.build import BuildResult, BuiltReport, build, count

__all__ = ["BuildResult", "BuiltReport", "build", "count"]
