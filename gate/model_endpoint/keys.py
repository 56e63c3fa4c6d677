"""API keys that the endpoint gives to bots, one for each deployment."""

from __future__ import annotations

import hmac
import secrets

KEY_PREFIX = "memory-gate-"
KEY_BYTES = 16


class DeploymentKeys:
    """Issues keys, and finds the deployment that a key belongs to."""

    def __init__(self) -> None:
        self._deployment_by_key: dict[bytes, str] = {}

    def issue(self, deployment: str) -> str:
        """Return a new random key for the bots of this deployment."""
        key = f"{KEY_PREFIX}{secrets.token_hex(KEY_BYTES)}"
        self._deployment_by_key[key.encode()] = deployment
        return key

    def owner(self, authorization: str) -> str | None:
        """Return the deployment of an `Authorization` header; None when its key was never issued."""
        sent = authorization.removeprefix("Bearer ").encode(errors="replace")
        # Compare all keys, so that the time taken reveals none of them.
        owners = [
            deployment
            for key, deployment in self._deployment_by_key.items()
            if hmac.compare_digest(sent, key)
        ]
        return owners[0] if owners else None
