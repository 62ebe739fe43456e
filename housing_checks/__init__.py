"""The home: the suitability check, the gate, adaptations, equipment, rehousing and the basics."""
