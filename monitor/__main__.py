"""`python -m monitor` is the command `policy-monitor`."""

from monitor.cli import main

main()
