/* Compiles a folder of policies into a file that decide.c loads without the compiler: tables alone,
 * or with machine code. */
#include <gate/gate_compile.h>
#include <stdio.h>

static int write_file(const char* path, const gate_bytes* bytes) {
  FILE* file = fopen(path, "wb");
  if (file == NULL) {
    perror(path);
    return 1;
  }
  size_t written = fwrite(gate_bytes_data(bytes), 1, gate_bytes_size(bytes), file);
  if (fclose(file) != 0 || written != gate_bytes_size(bytes)) {
    perror(path);
    return 1;
  }
  return 0;
}

int main(int argc, char** argv) {
  int native = argc == 4 && strcmp(argv[1], "--native") == 0;
  if (argc != 3 + native) {
    fprintf(stderr, "usage: build-set [--native] FOLDER-OF-POLICIES FILE\n");
    return 2;
  }
  argv += native;
  /* [compile] */
  gate_compilation* compilation = NULL;
  gate_error* error = NULL;
  if (gate_compile_folder(argv[1], NULL, &compilation, &error) != GATE_OK) {
    fprintf(stderr, "%s\n", gate_error_message(error));
    gate_error_free(error);
    return 1;
  }
  gate_str text = gate_compilation_text(compilation);
  fprintf(stderr, "%.*s", (int)text.size, text.data);
  gate_policy_set* set = gate_compilation_policy_set(compilation); /* NULL after a mistake */
  gate_compilation_free(compilation);
  /* [end] */
  if (set == NULL) {
    return 1;
  }

  /* [save] */
  gate_bytes* bytes = NULL;
  int failed = 1;
  gate_status status = native ? gate_compile_native_file(set, NULL, &bytes, &error)
                              : gate_policy_set_save(set, NULL, &bytes, &error);
  if (status == GATE_OK) {
    failed = write_file(argv[2], bytes);
  } else {
    fprintf(stderr, "%s\n", gate_error_message(error));
    gate_error_free(error);
  }
  gate_bytes_free(bytes);
  gate_policy_set_release(set);
  /* [end] */
  return failed;
}
