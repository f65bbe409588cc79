"""Checks of google.firestore.v1 through the official Python client."""
