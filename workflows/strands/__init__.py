"""One durable workflow for each strand of making ready: it owns the strand's clocks and reports to the case.

A strand is moved by what people and partners tell the case; its workflow never writes the record. It outlives
the run of the case that started it, and the stay in hospital when the work does.
"""
