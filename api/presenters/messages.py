"""Messages, as the page shows them."""
