"""The readiness gate: what must be so before the person leaves."""
