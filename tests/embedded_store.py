"""The store of the tests: the server that the wheel brings, whatever else is on the machine's PATH."""

from __future__ import annotations

from gate.stores.redis.server import RedisServer, embedded_server


class EmbeddedRedis(RedisServer):
    """A RedisServer that is started from the wheel where it runs as a local process."""

    def local_server(self) -> str:
        """The wheel's server, which the development environment always has."""
        found = embedded_server()
        assert found is not None
        return found
