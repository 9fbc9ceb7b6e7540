"""Runs the starter's command line without Django: `python -m starter`."""

import sys

from starter.commands import main

sys.exit(main())
