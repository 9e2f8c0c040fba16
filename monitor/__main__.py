"""`python -m monitor` is the command `policy-monitor`."""

from monitor.cli.main import main

main()
