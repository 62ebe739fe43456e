"""Your requests, as the page shows them."""
