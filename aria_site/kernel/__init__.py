"""Plain building blocks without a database table; imports no app of Aria."""
