"""Who somebody is to the person, as feeds send it."""

from discharge.codes.model import Code, CodeList

RELATIONSHIPS = CodeList(
    "relationships",
    tuple(
        Code(code=code, label=label, source="HL7 table 0063, relationship")
        for code, label in (
            ("SPO", "Spouse or partner"),
            ("DOM", "Partner"),
            ("PAR", "Parent"),
            ("MTH", "Mother"),
            ("FTH", "Father"),
            ("CHD", "Child"),
            ("SIB", "Brother or sister"),
            ("BRO", "Brother"),
            ("SIS", "Sister"),
            ("GCH", "Grandchild"),
            ("GRP", "Grandparent"),
            ("EXF", "Extended family"),
            ("FND", "Friend"),
            ("NBR", "Neighbour"),
            ("CGV", "Carer"),
            ("GRD", "Guardian"),
            ("EMC", "Emergency contact"),
            ("OTH", "Other"),
        )
    ),
)
