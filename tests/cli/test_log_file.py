import os

from keepsake.cli.log_file import LogFile
from structlog import WriteLogger


def test_a_line_is_written_in_one_piece():
    """Lines of several workers would be mixed up by a second write for the line's end."""
    read, write = os.pipe()
    with os.fdopen(write, "w") as file:
        WriteLogger(LogFile(file)).info("worker_serves")

        told = os.read(read, 100)
    os.close(read)

    assert b"worker_serves\n" == told


def test_a_log_that_nobody_reads_costs_no_call():
    """A reader of the log that died would otherwise end every call with UNKNOWN."""
    read, write = os.pipe()
    os.close(read)
    file = os.fdopen(write, "w")

    WriteLogger(LogFile(file)).info("call")

    os.dup2(os.open(os.devnull, os.O_WRONLY), write)  # so that what is buffered can go
    file.close()
