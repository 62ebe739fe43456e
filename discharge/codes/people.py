"""Who somebody is to the person, as feeds send it."""

from discharge.codes.model import Code, CodeList

PDS = "NHS ITK HL7 v2.4, NK1-3: the codes of the Personal Demographics Service"
TABLE = "HL7 table 0063, relationship"

_PDS: tuple[tuple[str, str], ...] = (
    ("1", "Spouse"),
    ("2", "Partner"),
    ("3", "Parent"),
    ("4", "Next of kin"),
    ("5", "Guardian"),
    ("6", "Foster parent"),
    ("9", "Child"),
    ("10", "Dependant"),
    ("11", "Non-dependant"),
    ("12", "Mother"),
    ("13", "Father"),
    ("14", "Sister"),
    ("15", "Brother"),
    ("16", "Relative"),
    ("17", "Proxy for contact"),
    ("18", "Proxy for communication"),
    ("19", "Proxy for contact and communication"),
    ("20", "Carer"),
    ("21", "The person"),
    ("61", "Step parent"),
    ("62", "Polygamous partner"),
    ("98", "Not known"),
    ("99", "Not specified"),
)

_TABLE: tuple[tuple[str, str], ...] = (
    ("SPO", "Spouse"),
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
    ("EXF", "Relative"),
    ("FND", "Friend"),
    ("NBR", "Neighbour"),
    ("CGV", "Carer"),
    ("GRD", "Guardian"),
    ("EMC", "Emergency contact"),
    ("OTH", "Other"),
)

RELATIONSHIPS = CodeList(
    "relationships",
    tuple(
        Code(code=code, label=label, source=source)
        for source, rows in ((PDS, _PDS), (TABLE, _TABLE))
        for code, label in rows
    ),
)
