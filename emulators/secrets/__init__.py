"""Secret Manager for one machine: the real API over gRPC, secrets in memory or in one file."""
