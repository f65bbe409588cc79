"""An embedded Firestore (native mode): google.firestore.v1 over gRPC, in memory or on disk."""
