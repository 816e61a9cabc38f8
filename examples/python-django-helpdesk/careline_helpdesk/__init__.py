"""Social customer care inside django-helpdesk: cases of careline are tickets of the helpdesk."""
