"""What every page and interface needs: the application, who calls, limits, errors, paging, keys."""
