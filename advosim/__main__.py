"""The command `advosim`, also as `python -m advosim`."""

import signal

# Until the commands have been loaded nobody can say how they end: Ctrl-C ends the process without a traceback.
signal.signal(signal.SIGINT, signal.SIG_DFL)

from advosim.cli import main  # noqa: E402

if __name__ == "__main__":
    main()
