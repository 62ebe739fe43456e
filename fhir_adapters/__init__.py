"""Everything that crosses the hospital's boundary: HL7 v2 and FHIR, read and written."""
