"""The same small service on our runtime and on what else it could have been written with."""
