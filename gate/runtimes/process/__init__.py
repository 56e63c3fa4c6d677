"""Process runtime: the bot and its store as local processes, for machines without Docker."""
