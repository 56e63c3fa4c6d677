"""Reads the user's YAML files with positions, collects every mistake, and renders the mistakes."""

from __future__ import annotations

from gate.documents.cursor import Node, did_you_mean, nearest, quoted
from gate.documents.disruption_names import disruption_schema, read_disruption
from gate.documents.reading import given_node, parse_document, read_document
from gate.documents.rendering import render

__all__ = [
    "Node",
    "did_you_mean",
    "disruption_schema",
    "given_node",
    "nearest",
    "parse_document",
    "quoted",
    "read_disruption",
    "read_document",
    "render",
]
