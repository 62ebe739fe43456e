"""Ready periods, the counting of delay in nights, and the bed-days report."""
