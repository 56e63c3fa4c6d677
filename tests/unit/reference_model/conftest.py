"""The endpoint of the model, for the tests that ask through it."""

from tests.unit.model_endpoint.conftest import served, server

__all__ = ["served", "server"]
