"""The ways out of the outbox. Each takes a delivery and says what became of it (`Outcome`)."""
