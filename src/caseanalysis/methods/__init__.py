"""Methods: functions from table to table, with no file access; each is refused where data fail."""
