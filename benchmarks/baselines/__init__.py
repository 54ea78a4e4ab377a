"""Baselines: what rules and a linear-chain CRF reach on the same texts. Measuring sticks, no part of the product."""
