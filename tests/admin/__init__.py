"""The admin, as administrators and everybody else meet it."""
