"""Who hears of what: reads the audit stream and nothing else."""
