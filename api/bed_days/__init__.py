"""The bed-days report."""
