-- Taking back what one command changed.
SELECT;
