"""The evidence of a disruption in words, for the reports: name of the observation → its text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gate.core.observations import Observations, StoreOutage, StoreRestart

SAME_IMAGE = "both versions are the same image: no other was given as bot.previous"
REPLICA_ADDED = "the bot has one replica; a second one was started"
UNSHOWN = "cannot be shown"


def details_of(observed: Observations) -> dict[str, str]:
    """Return the observations that were made, in the order in which reports show them."""
    if observed.repetitions:
        return _repeated(observed)
    shown = {
        "retired": observed.retired,
        "instance": _joined(observed.instances),
        "started before": _joined(observed.starts_before),
        "started after": _joined(observed.starts_after),
        "before": _joined(observed.replaced),
        "after": _joined(observed.replacements),
        "exit code": _joined(observed.exit_codes),
        "needed SIGKILL": "yes" if observed.stop_enforced else "",
        "out of memory": "yes" if observed.out_of_memory else "",
        "in flight": _shown(observed.model_asked),
        "turns": _joined(observed.turns),
        **_images(observed),
        **({"note": REPLICA_ADDED} if observed.replica_added else {}),
        "held open across the switch": _shown(observed.turns_held),
        "turns of the old": _joined(_known(observed.turns_of_old)),
        "turns of the new": _joined(_known(observed.turns_of_new)),
        **(_outage(observed.store_outage) if observed.store_outage else {}),
    }
    restart = _restart(observed.store_restart) if observed.store_restart else {}
    return {name: text for name, text in shown.items() if text} | restart


def _repeated(observed: Observations) -> dict[str, str]:
    return {
        "times": str(len(observed.repetitions)),
        **{
            f"{number}: {name}": text
            for number, repetition in enumerate(observed.repetitions, start=1)
            for name, text in details_of(repetition).items()
        },
        **({"needed SIGKILL": "yes"} if observed.stop_enforced else {}),
    }


def _images(observed: Observations) -> Mapping[str, str]:
    if not observed.images_after:
        return {}
    if not observed.image_changed:
        return {"image": _joined(observed.images_after), "note": SAME_IMAGE}
    return {
        "image before": _joined(observed.images_before),
        "image after": _joined(observed.images_after),
    }


def _outage(outage: StoreOutage) -> Mapping[str, str]:
    return {
        "store": outage.identity,
        "server": outage.server,
        "keys before": str(outage.keys_before),
        "keys after": str(outage.keys_after),
        "turns waited for the store": "yes" if outage.turns_waited else "no",
    }


def _restart(restart: StoreRestart) -> dict[str, str]:
    return {
        "store before": restart.identity_before,
        "store after": restart.identity_after,
        "server before": restart.server_before,
        "server after": restart.server_after,
        "keys before": str(restart.keys_before),
        "keys after": str(restart.keys_after),
        "persistence": restart.persistence,
        **({} if restart.exit_code is None else {"store exit code": str(restart.exit_code)}),
    }


def _shown(seen: bool | None) -> str:
    return "" if seen is None else "yes" if seen else UNSHOWN


def _known(count: int | None) -> Iterable[int]:
    return () if count is None else (count,)


def _joined(values: Iterable[object]) -> str:
    return ", ".join(map(str, values))
