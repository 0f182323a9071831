"""What frameworks are told by their settings: Django, Rails, Mongoid and config classes."""
