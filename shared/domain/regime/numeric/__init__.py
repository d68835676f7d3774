"""What only the refresher imports: numbers in, numbers out, no clock and no database."""
