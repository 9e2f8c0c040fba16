"""`python -m monitor` is the command `policy-monitor`."""

from monitor.cli.starting import main

main()
