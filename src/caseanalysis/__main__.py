"""Run the command line with ``caseanalysis`` or ``python -m caseanalysis``."""

import sys

from caseanalysis import standing


def main() -> None:
    """Run a command, unless it is a build that has nothing to do, which is told at once."""
    command = sys.argv[1:]
    if "build" in command and standing.told(command):
        return
    # To import the commands takes longer than to see that there is nothing to do.
    from caseanalysis.cli import main as run

    run()


if __name__ == "__main__":
    main()
