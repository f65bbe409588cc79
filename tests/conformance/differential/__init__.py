"""Random sequences of operations on two back ends, whose results must be equal."""
