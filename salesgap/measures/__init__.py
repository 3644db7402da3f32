"""What is measured, from a book: seats, drivers, curves, quotas, the pipeline."""
