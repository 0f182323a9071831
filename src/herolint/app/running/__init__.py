"""What runs on the dynos: process types, images, servers, ports and entry points."""
