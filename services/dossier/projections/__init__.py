"""The read models: each converges whatever the order in which the services' events interleave."""
