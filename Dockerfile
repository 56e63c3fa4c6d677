# The action's image. It takes no LangChain along: that belongs to the bots under test.
FROM python:3.13-slim-trixie AS build
RUN python -m venv /venv
COPY requirements.txt /tmp/requirements.txt
# What only compilers, type checkers and the packages' own tests read stays behind; so do the colouring of
# source code, of which the gate prints none, and what rapidfuzz has for long texts, which it does without.
RUN /venv/bin/pip install --no-cache-dir --no-compile --disable-pip-version-check --require-hashes -r /tmp/requirements.txt \
 && /venv/bin/pip uninstall --yes --quiet pip pygments \
 && find /venv/lib -depth \( -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.pxi' -o -name '*.c' -o -name '*.h' -o -path '*/rapidfuzz/*_avx2.*.so' \
      -o -type d \( -name tests -o -name test -o -name __pycache__ \) \) -exec rm -rf {} +
COPY gate /app/gate
COPY memory_gate /app/memory_gate
COPY scenarios /app/scenarios
COPY entrypoint.py post_entrypoint.py /app/
# A path file, so that a PYTHONPATH of the job's own takes nothing away.
RUN echo /app >"$(/venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/memory-gate.pth"
# The command itself, for steps and systems that are not the action:  --entrypoint memory-gate
RUN printf '#!/venv/bin/python\nfrom memory_gate import main\n\nmain()\n' >/venv/bin/memory-gate && chmod 755 /venv/bin/memory-gate
# Byte code for the gate and for what a run loads: a half of the packages' code serves a judge model alone.
RUN /venv/bin/python -m compileall -q /app/gate /app/memory_gate \
 && /venv/bin/python -c "import gate.cli.action, gate.runtimes.docker.runtime, gate.runtimes.process.runtime"

FROM python:3.13-slim-trixie
COPY --from=build /venv /venv
COPY --from=build /app /app
# PATH, so that the scripts' own "#!/usr/bin/env python3" finds the interpreter with the packages:
# the post stage is started without the entrypoint below.
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PYTHONIOENCODING=utf-8
# No shell in between: it would drop variables with hyphens (INPUT_MAX-DROP), and swallow signals.
ENTRYPOINT ["/app/entrypoint.py"]
