"""The command line and composition root: the one place that reads clock, environment, arguments."""
