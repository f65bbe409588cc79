"""The embedded Google emulators in one process."""
