// Catalog: this room's first file replaces this line.
