"""The host: a helpdesk like any other. What belongs to careline is in `careline_helpdesk`."""
