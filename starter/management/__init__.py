"""Django's management commands of the starter."""
