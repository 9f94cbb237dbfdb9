"""PostgreSQL, Valkey, web and worker on one machine with one command. Nothing of it runs in production."""
