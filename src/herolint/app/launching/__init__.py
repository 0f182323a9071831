"""What commands start: programs, their options, and the scripts behind them."""
