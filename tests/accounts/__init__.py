"""People, sign-in links and who may come in."""
