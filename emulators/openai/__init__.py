"""A local OpenAI: real embeddings, grounded extractive answers, the API's own errors."""
