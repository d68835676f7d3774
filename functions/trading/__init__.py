"""Paper trading at live prices."""
