"""Work that takes time: the job row, its claim, heartbeat and progress; the broker; the sweeper."""
