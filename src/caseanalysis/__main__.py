"""Run the command line with ``python -m caseanalysis``."""

from caseanalysis.cli import main

if __name__ == "__main__":
    main()
