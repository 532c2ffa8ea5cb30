-- What the law asks for on a person.
SELECT;
