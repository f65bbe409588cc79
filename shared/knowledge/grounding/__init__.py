"""Grounded answers: the prompt, the model's claims, and the proof of each in the sources."""
