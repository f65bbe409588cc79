"""Conformance of the embedded Firestore and Pub/Sub with Google's own emulators."""
