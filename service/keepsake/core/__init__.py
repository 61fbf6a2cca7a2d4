"""The pure core: rules, facts, value and choice. It imports only the standard library."""
