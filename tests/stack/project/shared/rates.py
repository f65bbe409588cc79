"""Code that services share."""

VAT = 20
