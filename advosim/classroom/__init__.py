"""The classroom: two histories side by side in a browser, alike to the last person, with one change between them.

`server` answers the page, `histories` makes weeks ahead of the viewer, `asked` checks what a page may ask for, `wire`
writes weeks as bytes, `export` puts a view into one file, `lessons` and `twins` compute what a class is to find out.
"""
