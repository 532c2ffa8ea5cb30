-- What calendars know an event by.
SELECT;
