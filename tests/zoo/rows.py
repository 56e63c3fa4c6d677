"""The zoo as a table: every known defect, its healthy twin, and what the gate has to say of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A bot of the zoo, and what it is run with."""

    bot: str = ""
    """A key of `defects.BOTS`; "" is the plain healthy bot."""
    memory: str = "redis"
    store: tuple[tuple[str, str], ...] = ()
    """The section `store` of memory-gate.yml."""
    environment: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> str:
        """What people call it."""
        settings = ", ".join(f"{key}: {value}" for key, value in (*self.store, *self.environment))
        return f"{self.bot or 'plain'} on {self.memory}{f' ({settings})' if settings else ''}"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One defect. `number` is that of the list of known defects, with a letter where it has more shapes."""

    number: str
    name: str
    patient: Subject
    twin: Subject
    """The same without the defect."""
    guarantee: str
    """What the gate has to find broken."""
    exposing: tuple[str, ...]
    """The disruptions under which it has to be found."""
    scenarios: tuple[str, ...]
    """Names of files in the library, or in tests/zoo/scenarios."""
    lost_at: str = ""
    """The stage that loses it; "" where nothing is lost, or no stage can be named."""
    two_images: bool = False
    """Whether the version before is another one, which takes images and so an engine."""
    replicated: bool = False
    """Whether it shows only where there are several replicas."""
    on_engine: tuple[str, ...] = ()
    """What it is run under on an engine, too."""

    @property
    def needs_more(self) -> bool:
        """Whether a bot of one replica and one version cannot have it."""
        return self.two_images or self.replicated

    @property
    def anchor(self) -> str:
        """Its name in a test's id."""
        return f"{self.number}-{self.patient.bot or self.patient.memory}"


PLAIN = Subject()
RESTARTED = ("restart", "kill", "recreate")
EVERYTHING = (*RESTARTED, "none")
ORDERS = ("order-follow-up", "two-customers")
HASTY = (("STORE_SECONDS", "2"),)
"""Does not wait for its store until an outage is over."""
MONTH = (("ttl", "30d"),)


def _row(
    number: str,
    name: str,
    bot: str,
    guarantee: str,
    exposing: tuple[str, ...],
    *scenarios: str,
    twin: Subject = PLAIN,
    lost_at: str = "",
    two_images: bool = False,
    replicated: bool = False,
    on_engine: tuple[str, ...] = (),
    **patient: Any,
) -> Row:
    return Row(
        number=number,
        name=name,
        patient=Subject(bot=bot, **patient),
        twin=twin,
        guarantee=guarantee,
        exposing=exposing,
        scenarios=scenarios,
        lost_at=lost_at,
        two_images=two_images,
        replicated=replicated,
        on_engine=on_engine,
    )


ROWS: tuple[Row, ...] = (
    _row("1", "history only in process memory", "", "durability", RESTARTED, *ORDERS,
         memory="process", lost_at="stored", on_engine=("oom",)),
    _row("2", "one dict per replica", "", "read-your-writes", ("replica-hop",),
         "told-and-asked-across-replicas", memory="process", lost_at="stored", replicated=True),
    _row("3", "the store's URL is set, the client is never used", "unused-client", "durability", RESTARTED,
         *ORDERS,
         lost_at="stored"),
    _row("4", "saves to a local file", "", "durability", ("recreate",), *ORDERS, memory="file",
         lost_at="stored"),
    _row("5", "falls back to memory silently when the store errs", "falls-back", "fail-closed",
         ("store-pause", "partition"), *ORDERS, twin=Subject(environment=HASTY),
         environment=HASTY, lost_at="stored"),
    _row("6", "store configured, in-memory override wins", "overridden-memory", "durability", RESTARTED,
         *ORDERS,
         lost_at="loaded"),
    _row("7", "sessions mixed through shared instance state", "shared-instance", "isolation", EVERYTHING,
         "two-customers", "family-of-three", "same-opening"),
    _row("8", "key ignores the session", "leaks", "isolation", EVERYTHING, "two-customers"),
    _row("9a", "session id folded to lower case", "folds-case", "isolation", EVERYTHING, "names-alike"),
    _row("9b", "session id cut short", "cuts-ids", "isolation", EVERYTHING, "ids-of-great-length"),
    _row("9c", "session id split at a separator", "splits-ids", "isolation", EVERYTHING, "ids-with-a-comma"),
    _row("10", "read-modify-write on the whole history", "rewrites-history", "no-lost-update", EVERYTHING,
         "parallel-turns", lost_at="stored"),
    _row("11", "two first writes race; one is dropped", "creates-twice", "no-lost-update", EVERYTHING,
         "parallel-first-turns", lost_at="stored"),
    _row("12", "pushed to the left, read back newest first", "newest-first", "order", EVERYTHING,
         "first-things-first", "first-in-the-queue", twin=Subject(bot="pushes-left")),
    _row("13", "input stored with the history each time", "stores-history-again", "once-only", EVERYTHING,
         "said-once"),
    _row("14", "a turn delivered again is stored twice", "redelivers-twice", "once-only", ("kill",),
         "said-once", twin=Subject(bot="redelivers-once")),
    _row("15", "stores a turn in parts, the last when the reply has ended", "stores-pages", "atomic-turns",
         ("kill-mid-turn",), *ORDERS, twin=Subject(bot="stores-first")),
    _row("16", "writes behind, flushed at shutdown", "write-behind", "durability", ("kill",), *ORDERS,
         lost_at="stored", on_engine=("oom",)),
    _row("17", "flushes now and then", "flushes-now-and-then", "durability", ("kill",), "just-said", *ORDERS,
         lost_at="stored"),
    _row("18", "window trims facts that it claims to keep", "narrow-window", "capacity", EVERYTHING,
         "long-conversation", twin=Subject(bot="window"), lost_at="loaded"),
    _row("19", "summary kept in memory only", "summary-in-process", "durability", RESTARTED,
         "long-conversation", "order-follow-up", twin=Subject(bot="summary"), lost_at="stored"),
    _row("20", "rolling summary blurs values", "blurring-summary", "fidelity", EVERYTHING,
         "long-conversation", "exact-digits", twin=Subject(bot="summary"), lost_at="loaded"),
    _row("21a", "TTL too short", "expires-early", "retention", EVERYTHING, *ORDERS,
         twin=Subject(bot="expiring", store=MONTH), store=MONTH),
    _row("21b", "TTL never refreshed", "never-refreshed", "retention", ("restart",), "keeps-for-a-while",
         *ORDERS,
         twin=Subject(bot="expiring", store=MONTH), store=MONTH),
    _row("22", "\"forget me\" leaves a copy behind", "forgets-half", "retention", RESTARTED, "forget-me",
         twin=Subject(bot="forgets")),
    _row("23", "new schema rejects old history", "rejects-old-schema", "compatibility", ("blue-green",),
         *ORDERS,
         twin=Subject(bot="migrates"), two_images=True),
    _row("24", "unknown record type becomes nothing, silently", "skips-unknown-records", "compatibility",
         ("blue-green",), *ORDERS, twin=Subject(bot="migrates"), lost_at="loaded", two_images=True),
    _row("25", "module path inside the pickled record", "pickles-classes", "compatibility",
         ("rolling", "rollback", "blue-green"), *ORDERS, twin=Subject(bot="pickles-plainly"),
         two_images=True),
    _row("26", "agent object cached per replica", "cached-agent", "monotonic-reads", ("replica-hop",),
         "told-and-asked-across-replicas", lost_at="loaded", replicated=True),
    _row("27", "correction stored beside the old value, old one wins", "old-note-wins", "correction",
         EVERYTHING,
         "moved-house", "corrected-twice", twin=Subject(bot="notes")),
    _row("28", "contradiction deletes both", "contradiction-deletes-both", "correction", EVERYTHING,
         "moved-house", twin=Subject(bot="notes"), lost_at="stored"),
    _row("29", "connection to a restarted store is never made again", "never-reconnects", "durability",
         ("store-restart", "store-kill"), *ORDERS, twin=Subject(bot="reconnects")),
    _row("30", "store without persistence", "", "durability", ("store-restart", "store-kill"), *ORDERS,
         store=(("persistence", "none"),), lost_at="stored", on_engine=("store-recreate",)),
    _row("31", "a memory limit with an allkeys policy eats history", "evicting-store", "retention", RESTARTED,
         "kept-in-a-crowd", twin=Subject(bot="roomy-store"), lost_at="stored"),
    _row("32a", "non-ASCII letters mangled", "mangles-letters", "fidelity", EVERYTHING,
         "letters-of-all-scripts"),
    _row("32b", "UTF-8 read as Latin-1", "reads-as-latin-1", "fidelity", EVERYTHING,
         "letters-of-all-scripts"),
    _row("32c", "line breaks lost", "joins-lines", "fidelity", EVERYTHING, "letters-of-all-scripts"),
    _row("33", "knows the test: the same answers to everyone", "knows-the-test", "no-fabrication", EVERYTHING,
         "never-told"),
    _row("34", "lists every plausible value", "names-everything", "durability", EVERYTHING,
         "favourite-animal",
         "order-follow-up"),
    _row("35", "ends with 500 for one session after the restart", "fails-for-one-session", "durability",
         RESTARTED,
         *ORDERS, "several-facts"),
)  # fmt: skip

SHARED_SCENARIOS = (
    *ORDERS,
    "moved-house",
    "just-said",
    "first-things-first",
    "names-alike",
    "parallel-turns",
)
"""What the plain healthy bot is asked: a bit of everything."""


def twins() -> dict[Subject, tuple[str, ...]]:
    """The healthy bots, each with the scenarios of the defects that it is the twin of."""
    scenarios: dict[Subject, tuple[str, ...]] = {PLAIN: SHARED_SCENARIOS}
    for row in ROWS:
        own = scenarios.get(row.twin, ())
        scenarios[row.twin] = tuple(dict.fromkeys((*own, *row.scenarios)))
    return scenarios
