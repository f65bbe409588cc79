"""The readers: one module a format, each with `read(data) -> Reading`."""
