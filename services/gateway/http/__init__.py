"""HTTP as the gateway speaks it. A request's way: `routes`, `forwarding` or a special route, `upstream`, `answers`."""
