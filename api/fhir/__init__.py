"""The FHIR R4 interface. `resource_types` has one row for each type; routes, searches, statement follow."""
