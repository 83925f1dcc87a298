"""`python -m advosim` does what the command `advosim` does."""

from advosim.cli import main

if __name__ == "__main__":
    main()
