"""What herolint knows about packages and calls: tables shipped with it, and how to look things up in them."""
