"""What ends a measurement."""


class MeasurementError(Exception):
    """What should be measured does not run, or does not do the work it is measured at."""
