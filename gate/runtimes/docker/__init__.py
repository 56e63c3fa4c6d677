"""The Docker runtime: a private network, the store and the bot as containers, all labelled with the run."""
