"""What is done with text everywhere: decoding, cleaning, normal forms, dates, fingerprints."""
