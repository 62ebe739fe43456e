"""Coded values that mean the same in every feed: no profile has to map them."""

YES_NO = {"Y": True, "N": False, "YES": True, "NO": False, "1": True, "0": False}
"""How feeds write an indicator, without case."""

ADMISSION_METHODS = frozenset(
    {
        "11",
        "12",
        "13",
        "21",
        "22",
        "23",
        "24",
        "25",
        "28",
        "2A",
        "2B",
        "2C",
        "2D",
        "31",
        "32",
        "81",
        "82",
        "83",
    }
    | {"84", "89", "98", "99"}
)
"""PV1-4: admission method (NHS Data Dictionary; ITK table 0007)."""

REFERRED_BY = frozenset({"S", "P", "O", "W"})
"""RF1-10 by table 0336 says who wanted the referral, not why: there is nothing to map."""

INDICATOR = {"Y": True, "N": False, "YES": True, "NO": False}
"""PID-30 and PID-31 (table 0136), as letters and as words."""
