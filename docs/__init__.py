"""The documents of licit, and what generates a part of them."""
