"""What stands around every command: clear messages and honest exit codes for the errors of the world."""

from __future__ import annotations

import io
import logging
import os
import signal
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from baogao.errors import BaogaoError
from baogao.progress import console

Command = TypeVar("Command", bound=Callable[..., None])


def guarded(command: Command) -> Command:
    """Make the errors of the world clear messages and honest exit codes, never tracebacks.

    1 for what the user gave us, 130 for Ctrl-C, 141 where the reader of our output has gone.
    """

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            command(*arguments, **options)
            sys.stdout.flush()
        except BaogaoError as error:
            console().print(f"error: {error}")
            sys.exit(1)
        except KeyboardInterrupt:
            console().print("interrupted; what was written is whole")
            sys.exit(130)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or Python complains again when it exits
            sys.exit(141)
        except OSError as error:
            console().print(f"error: {error.filename or 'output'}: {error.strerror or error}")
            sys.exit(1)

    return cast(Command, run)


def set_up() -> None:
    """Prepare the process: output is UTF-8 whatever the terminal says, and an end by SIGTERM is an orderly one."""
    signal.signal(signal.SIGTERM, _terminate)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    # What pypdf has to say of a damaged file comes with our error, which names the file.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def _terminate(number: int, frame: object) -> None:
    """End as at an error, so that temporary files go."""
    sys.exit(128 + number)
