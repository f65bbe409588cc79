"""What the embedded Google emulators share: gRPC without clients, faults, time, storage, admin."""
