"""Every row accepted, or set aside with its reason."""
