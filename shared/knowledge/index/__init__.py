"""The search index: terms, immutable segments, and hybrid ranking over what is live of them."""
