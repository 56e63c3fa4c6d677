"""Docker runtime: a private network, with the store and the bot as containers, all labelled with the run."""
