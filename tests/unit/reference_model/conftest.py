"""Fixtures: a plan, the reference model of it, and the endpoint that serves that model."""

import pytest

from gate.core.transcript import TREATED
from gate.reference_model.builder import build_reference_model
from gate.reference_model.reading import ReferenceModel
from gate.runner.plan import Plan
from tests.unit.model_endpoint.conftest import served, server
from tests.unit.reference_model.plans import conversation_of, run_of

__all__ = ["model", "order", "other_order", "plan", "served", "server"]


@pytest.fixture
def plan() -> Plan:
    return run_of()


@pytest.fixture
def model(plan: Plan) -> ReferenceModel:
    return build_reference_model(plan)


@pytest.fixture
def order(plan: Plan) -> str:
    return conversation_of(plan).facts["order"]


@pytest.fixture
def other_order(plan: Plan) -> str:
    return conversation_of(plan, TREATED).facts["order"]
