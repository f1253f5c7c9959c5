"""`python -m auditor` is the command `relaudit`."""

from auditor.cli import main

main()
