"""A check that is taken along on a device, and answered where there is no signal."""
