"""What a PostgreSQL on this machine works."""

from pathlib import Path


def server_cpu() -> float:
    """Seconds that a PostgreSQL on this machine has worked, the connections of now and before."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        postmaster = _times(cursor.fetchone()[0])[0]
    ours = (_times(int(path.name)) for path in Path("/proc").iterdir() if path.name.isdigit())
    return _times(postmaster)[2] + sum(own for parent, own, _all in ours if parent == postmaster)


def _times(pid: int) -> tuple[int, float, float]:
    """(parent, seconds of this process, those with the children that have ended)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # ended meanwhile
        return 0, 0.0, 0.0
    user, system, ended_user, ended_system = (int(n) / 100 for n in fields[11:15])
    return int(fields[1]), user + system, user + system + ended_user + ended_system
