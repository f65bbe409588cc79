"""The local stack: all services and what they need, on 127.0.0.1, by one command."""
