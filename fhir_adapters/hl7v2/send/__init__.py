"""HL7 v2 that we send: what a trust wants to hear, built, sent over MLLP, and its answers understood."""
