"""Checks of google.pubsub.v1 through the official Python clients."""
