"""The client libraries' own system tests, from PyPI at the locked version, on our emulators."""
