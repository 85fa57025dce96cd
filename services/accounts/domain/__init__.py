"""What an account decides: `links` has the rules that callers meet, `account` the aggregate."""
