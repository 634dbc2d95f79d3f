"""Schemas of beds, workforce and staff experience."""

from __future__ import annotations

from caseanalysis.schemas.contract import TableSchema

SCHEMAS: dict[str, TableSchema] = {}
