"""What somebody holds, what it cost, and how it did."""
