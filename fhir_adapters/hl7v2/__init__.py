"""HL7 v2: reading, acknowledging, interpreting, listening and sending."""
