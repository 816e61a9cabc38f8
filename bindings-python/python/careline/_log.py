"""The logger: silent unless a host gives it a handler."""

import logging

logger = logging.getLogger("careline")
logger.addHandler(logging.NullHandler())
