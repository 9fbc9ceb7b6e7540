"""What tests share: a data folder, a real Valkey, processes to start and to kill."""
