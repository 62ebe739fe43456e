"""Coded values that mean the same in every feed: no profile has to map them."""

YES_NO = {"Y": True, "N": False, "YES": True, "NO": False, "1": True, "0": False}
"""How feeds write an indicator, without case."""

REFERRED_BY = frozenset({"S", "P", "O", "W"})
"""RF1-10 by table 0336 says who wanted the referral, not why: there is nothing to map."""

INDICATOR = {"Y": True, "N": False, "YES": True, "NO": False}
"""PID-30 and PID-31 (table 0136), as letters and as words."""
