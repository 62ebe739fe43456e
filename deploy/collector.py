"""How often Python looks for rings of objects that nothing refers to from outside.

A process that has loaded our libraries holds some hundred thousand objects that live as long as it does. By
Python's own thresholds the collector goes over all of them time and again while messages are interpreted,
which took a fifth of the drain's time. What is loaded is left out of it from now on, and new objects are
looked at less often. (`gc.freeze`: https://docs.python.org/3/library/gc.html.)
"""

import gc

NEW_OBJECTS, YOUNG_GOES, OLDER_GOES = 50_000, 20, 100
"""After so many new objects the youngest are looked at, after so many times the older ones, and so on."""


def leave_out_what_is_loaded() -> None:
    """Call it once, when everything that the process needs has been imported."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, YOUNG_GOES, OLDER_GOES)
