"""Ways out of a container. What succeeds ends the bot with BREACHED, and so changes the verdict."""

import ctypes
import os
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

from healthy import Bot

BREACHED = 66
SECONDS = 1.0
CLONE_NEWNS = 0x00020000
PTRACE_ATTACH = 16


def reached(host: str, port: int) -> None:
    """Raises OSError when there is no way."""
    socket.create_connection((host, port), SECONDS).close()


class Escapes(Bot):
    """Tries each of its ways before it is ready, and remembers as it should when none of them leads out."""

    def start(self) -> None:
        for name, way in self.ways().items():
            try:
                way()
            except (OSError, subprocess.SubprocessError) as error:
                print(f"{name}: {error}", flush=True)
            else:
                print(f"BREACHED by {name}", flush=True)
                os._exit(BREACHED)

    def ways(self) -> dict[str, Callable[[], object]]:
        """Name → what raises OSError when it fails."""
        raise NotImplementedError


class TriesTheEngine(Escapes):
    """Looks for the engine's socket and ports."""

    def ways(self) -> dict[str, Callable[[], object]]:
        def connect(path: str) -> Callable[[], object]:
            return lambda: socket.socket(socket.AF_UNIX).connect(path)

        sockets = ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock")
        hosts = ("172.17.0.1", "host.docker.internal", _gateway())
        return {
            **{path: connect(path) for path in sockets},
            **{
                f"{host}:{port}": lambda host=host, port=port: reached(host, port)
                for host in hosts
                for port in (2375, 2376)
            },
        }


class TriesTheInternet(Escapes):
    """Connects to addresses and names outside, and to a cloud's metadata."""

    def ways(self) -> dict[str, Callable[[], object]]:
        places = (("1.1.1.1", 443), ("8.8.8.8", 53), ("169.254.169.254", 80), ("example.com", 80))
        return {f"{host}:{port}": lambda host=host, port=port: reached(host, port) for host, port in places}


class TriesNeighbours(Escapes):
    """Connects to containers of others, whose addresses it is told."""

    def ways(self) -> dict[str, Callable[[], object]]:
        hosts = [one for one in os.environ["NEIGHBOURS"].split(",") if one]
        return {host: lambda host=host: reached(host, 8000) for host in hosts}


class TriesTheKernel(Escapes):
    """Mounts, makes devices, traces, loads modules, changes the kernel's settings, opens raw sockets."""

    def ways(self) -> dict[str, Callable[[], object]]:
        libc = ctypes.CDLL(None, use_errno=True)

        def called(name: str, *arguments: object) -> Callable[[], object]:
            def call() -> None:
                if getattr(libc, name)(*arguments) != 0:
                    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

            return call

        def written(path: str) -> Callable[[], object]:
            return lambda: Path(path).write_text("1")

        return {
            "mount": called("mount", b"none", b"/mnt", b"tmpfs", 0, None),
            "unshare": called("unshare", CLONE_NEWNS),
            "chroot": lambda: os.chroot("/tmp"),
            "mknod": lambda: os.mknod("/tmp/disk", 0o60600, os.makedev(8, 0)),
            "setuid": lambda: os.setuid(1000),
            "chown": lambda: os.chown("/tmp", 1000, 1000),
            "setgroups": lambda: os.setgroups([0, 1]),
            "raw socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
            "packet socket": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 3),
            "sethostname": lambda: socket.sethostname("forged"),
            "reboot": called("reboot", 0x01234567),
            "clock": lambda: __import__("time").clock_settime(0, 0.0),
            "sysctl": written("/proc/sys/kernel/panic"),
            "sysrq": written("/proc/sysrq-trigger"),
            "core pattern": written("/proc/sys/kernel/core_pattern"),
            "memory": lambda: Path("/dev/mem").read_bytes(),
            "cgroup": written("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
            "release agent": written("/sys/fs/cgroup/release_agent"),
            "nice": lambda: os.nice(-5),
        }


class RewritesEtc(Bot):
    """Rewrites what the system goes by, in its own container, and remembers as it should."""

    def start(self) -> None:
        for name in ("passwd", "hosts", "hostname", "ld.so.preload"):
            try:
                Path("/etc", name).write_text("forged\n")
            except OSError as error:
                print(f"/etc/{name}: {error}", flush=True)


def _gateway() -> str:
    for line in Path("/proc/net/route").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1] == "00000000":
            return socket.inet_ntoa(bytes.fromhex(fields[2])[::-1])
    return "192.0.2.1"


DEFECTS = {
    "tries-the-engine": TriesTheEngine,
    "tries-the-internet": TriesTheInternet,
    "tries-neighbours": TriesNeighbours,
    "tries-the-kernel": TriesTheKernel,
    "rewrites-etc": RewritesEtc,
}
