DROP FUNCTION begin_import(text);
