"""What is handed to the host that keeps the time, what it has of ours, and how that is taken back."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from graphkoc.errors import UsageError
from graphkoc.schedule.hosts import compose, cron, launchd, systemd, windows
from graphkoc.schedule.hosts.job import ENVIRONMENT, Installed, ScheduledJob

__all__ = [
    "find_schedule_host",
    "install_schedule",
    "list_installed_schedules",
    "list_schedule_notes",
    "remove_schedule",
    "write_schedule_files",
]

INSTALLING: dict[str, ModuleType] = {"windows": windows, "systemd": systemd, "launchd": launchd, "cron": cron}
"""The hosts to which a job can be handed, those first that catch up. WSL with a systemd sleeps as Windows pleases."""
HOSTS: dict[str, ModuleType] = {**INSTALLING, "compose": compose}


def _host(name: str) -> ModuleType:
    if name not in HOSTS:
        raise UsageError(f"graphkoc has no schedule for {name}", hint=f"There are: {', '.join(sorted(HOSTS))}.")
    return HOSTS[name]


def find_schedule_host() -> str | None:
    """Who keeps the time on this machine: windows, systemd, launchd or cron; None where there is none of them."""
    return next((name for name, host in INSTALLING.items() if host.is_there()), None)


def write_schedule_files(host: str, job: ScheduledJob) -> dict[str, str]:
    """The texts of the files that a host reads, by the path or name of each. UsageError for an unknown host."""
    return {str(path): text for path, text in _host(host).write_files(job).items()}


def list_schedule_notes(host: str, job: ScheduledJob) -> list[str]:
    """What has to be known of a job on this host, as sentences; also that others can read its secrets."""
    notes = list(_host(host).list_notes(job))
    secrets = job.folder / ENVIRONMENT
    if secrets.is_file() and secrets.stat().st_mode & 0o077:
        notes.append(f"Other users of this machine can read {secrets}: chmod 600 {ENVIRONMENT}")
    return notes


def install_schedule(host: str, job: ScheduledJob) -> Installed:
    """Hand the job to the host, in the place of the one that this folder had; on another host too.

    Raises UsageError for a host that takes none, and StoreError where it refuses: then all is as it was.
    """
    if host not in INSTALLING:
        raise UsageError(f"nothing can be installed for {host}", hint=f"Print the file: --for {host}.")
    made: Installed = _host(host).install(job)
    for name, other in INSTALLING.items():
        if name != host:
            other.remove(job.folder)
    return made


def remove_schedule(folder: Path) -> list[Installed]:
    """Take what this folder has from every host; what that was."""
    return [found for host in INSTALLING.values() if (found := host.remove(folder)) is not None]


def list_installed_schedules(folder: Path) -> list[Installed]:
    """What the hosts of this machine have for this folder."""
    return [found for host in INSTALLING.values() if (found := host.find_installed(folder)) is not None]
