"""Who calls what, and when: requests, events, the start, and what runs beside them."""
