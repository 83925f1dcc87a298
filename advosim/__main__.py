"""The command `advosim`, also as `python -m advosim`."""

import signal


def main() -> None:
    """Run the command line."""
    # Until the commands have been loaded nobody can say how they end: Ctrl-C ends the process without a traceback.
    if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from advosim.cli import main as commands

    commands()


if __name__ == "__main__":
    main()
