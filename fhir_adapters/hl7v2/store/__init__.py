"""The inbox and what the drain writes: the only part of HL7 v2 that knows the database."""
