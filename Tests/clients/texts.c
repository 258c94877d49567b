// texts.c -- prints the bytes of the texts of a query's first column, row by row.
//
// usage: texts STORE SQL

#include <stdio.h>

#include <engram.h>

static int failed(engram_error *error) {
  fprintf(stderr, "%s\n", engram_error_text(error));
  engram_error_free(error);
  return 1;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  engram_error *error = NULL;
  engram_store *store = NULL;
  engram_table *table = NULL;
  engram_column column = {.size = sizeof column};
  if (engram_store_open(argv[1], &store, &error) || engram_sql(store, argv[2], 0, 0, NULL, &table, &error) ||
      engram_table_column(table, 0, &column, &error)) {
    return failed(error);
  }
  for (int64_t row = 0; row < column.row_count; row++) {
    for (const char *byte = column.texts[column.codes[row]]; *byte; byte++) printf("%02X", (unsigned char)*byte);
    printf("\n");
  }
  engram_table_free(table);
  engram_store_free(store);
  return 0;
}
