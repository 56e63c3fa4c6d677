#!/usr/bin/env bash
# The gate wherever there is a Docker engine: Jenkins, Buildkite, a laptop. Start it in the folder that has
# memory-gate.yml; what is said after the script's name goes to `memory-gate run`:
#
#   ./docker-run.sh --image my-bot:candidate
#
# The exit code is the verdict: 0 passed, 1 failed, 2 wrong input, 3 inconclusive.
set -euo pipefail

GATE=${GATE:-ghcr.io/memory-gate/memory-gate:v0}
SOCKET=${SOCKET:-/var/run/docker.sock}

# As the one who starts it, so that the report is not root's; the socket's group lets the gate use the engine.
exec docker run --rm --user "$(id -u):$(id -g)" --group-add "$(stat -c %g "$SOCKET")" \
  --volume "$SOCKET:/var/run/docker.sock" --volume "$PWD:$PWD" --workdir "$PWD" \
  --entrypoint memory-gate "$GATE" run "$@"
