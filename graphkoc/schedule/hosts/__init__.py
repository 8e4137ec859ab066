"""Who keeps the time: systemd, launchd, the Task Scheduler, cron, or a container; a module for each.

Each module has a function `write_files` of a ScheduledJob, which returns the texts of the files that the host reads,
and, but for compose, `install`, `remove` and `find_installed`, which call the host's own program.
"""

__all__ = []
