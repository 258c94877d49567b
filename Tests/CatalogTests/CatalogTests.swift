// CatalogTests: the first test replaces this line.
