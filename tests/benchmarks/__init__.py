"""Benchmarks: what the services cost and how fast they are. `make bench`, or see `--help`."""
