"""The supervisor behind `manage.py studio`: prepares a data folder, then runs and tends the real processes of Aria."""
