"""What is read off a record once a run is over; nothing here acts on a run."""
