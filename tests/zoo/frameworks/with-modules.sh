#!/bin/sh
# Starts a server with the search and JSON modules: those of the image where it has its own, else the wheel's.
modules=/usr/local/lib/redis/modules
[ -e "$modules/redisearch.so" ] || modules=/modules
exec "$@" --loadmodule "$modules/redisearch.so" --loadmodule "$modules/rejson.so"
