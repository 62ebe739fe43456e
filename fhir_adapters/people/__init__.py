"""Who is who: NHS numbers, local numbers, and the person folded from what feeds said."""
