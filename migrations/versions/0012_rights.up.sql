-- What the app's login could still do to its colleagues.
SELECT;
