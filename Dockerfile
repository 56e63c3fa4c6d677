# The action's image. It takes no LangChain along: that belongs to the bots under test.
FROM python:3.13-slim-trixie AS build
RUN python -m venv /venv
COPY requirements.txt /tmp/requirements.txt
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/requirements.txt \
 && /venv/bin/pip uninstall --yes --quiet pip
COPY gate /app/gate
COPY scenarios /app/scenarios
COPY entrypoint.py post_entrypoint.py /app/
# The command itself, for steps and systems that are not the action:  --entrypoint memory-gate
RUN printf '#!/venv/bin/python\nfrom gate.cli import main\n\nmain()\n' >/venv/bin/memory-gate && chmod 755 /venv/bin/memory-gate
RUN /venv/bin/python -m compileall -q /app/gate /venv/lib

FROM python:3.13-slim-trixie
COPY --from=build /venv /venv
COPY --from=build /app /app
# PATH, so that the scripts' own "#!/usr/bin/env python3" finds the interpreter with the packages:
# the post stage is started without the entrypoint below.
ENV PATH=/venv/bin:$PATH PYTHONPATH=/app PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PYTHONIOENCODING=utf-8
# No shell in between: it would drop variables with hyphens (INPUT_MAX-DROP), and swallow signals.
ENTRYPOINT ["/app/entrypoint.py"]
