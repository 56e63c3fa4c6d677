"""The figures of one look into a store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class StoreFigures:
    """The figures of one look into the store. None, and an absent name, mean unknown.

    A key is the store's unit of data: a key, a row, a document or a file. Counters start with the server,
    so two looks are comparable only where `life` is equal. The kind of store decides which errors, calls,
    settings and counters are recorded; only its own diagnosis reads them.
    """

    keys: int
    """Number of keys, over all databases."""
    bytes: int
    """Size of the names and the contents of all keys."""
    unreadable_keys: int = 0
    """Keys that cannot be read as text: packed or encrypted records, unknown types, contents too large.

    While there are any, they may hold a value that was not found.
    """
    expiring_keys: int = 0
    """Keys with a TTL. TTLs of parts of a key are ignored."""
    shortest_ttl: float | None = None
    """In seconds from the look; None when no key expires."""
    first_expiry: Mapping[str, float] = field(default_factory=dict)
    """Value → seconds from the look until the first key that holds it expires.

    Holds the values that occur in a key with a TTL.
    """
    last_expiry: Mapping[str, float] = field(default_factory=dict)
    """Value → seconds from the look until the last key that holds it expires.

    Holds the values that occur only in keys with a TTL.
    """
    declared_ttl: float | None = None
    """How long the bot has to keep conversations, in seconds, from `store: {ttl: …}`."""
    life: str = ""
    """Changes when the server restarts; "" when unknown."""
    version: str = ""
    """Product and version of the server."""
    commands: int | None = None
    """Commands that the server carried out for others than the gate, until the look began."""
    connections: int | None = None
    """Connections that the server accepted, the gate's included."""
    unknown_commands: int | None = None
    """Commands, of others than the gate, that the server does not know.

    A client library newer than the server sends up to three of them on each connection.
    """
    evicted_keys: int | None = None
    """Keys that the server evicted for lack of memory."""
    expired_keys: int | None = None
    """Keys whose TTL ran out."""
    errors: Mapping[str, int] = field(default_factory=dict)
    """Error code → how often the server answered it."""
    calls: Mapping[str, int] = field(default_factory=dict)
    """Command that the gate never sends → how often the server carried it out."""
    counters: Mapping[str, int] = field(default_factory=dict)
    """Further counters, by the server's own names."""
    persistence: str = ""
    """The `store: {persistence: …}` that the gate started the store with; "" when unknown."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Setting → value, as far as the server discloses its settings."""
    modules: Sequence[str] | None = None
    """Names of the loaded modules or extensions."""
    snapshot_failed: bool | None = None
    """Whether the server's last snapshot of its data failed."""
    append_failed: bool | None = None
    """Whether the server's last write to its append-only file failed."""
