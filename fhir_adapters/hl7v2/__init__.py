"""HL7 v2, room by room: `receive` (the listener), `parse` (from bytes to fields), `interpret` (from fields to
`facts`), `process` (the rules for facts), `store` (the inbox, the drain and its tables) and `send`.
"""
