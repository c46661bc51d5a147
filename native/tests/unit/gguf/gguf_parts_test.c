/* A model in several files: all of them are checked, and counted together. */
#include <sys/stat.h>

#include "gguf/gguf_check.h"
#include "tests/check.h"
#include "tests/unit/gguf/gguf_builder.h"

#include <llmbridge/model.h>

static struct gguf_builder builder;
static llmb_error error;
static char folder[] = P_tmpdir "/gguf_parts_test.XXXXXX";

static const char *path_of(const char *name) {
  static char path[128];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static void save(const char *name) {
  FILE *file = fopen(path_of(name), "wb");
  if (file == NULL || fwrite(builder.bytes, 1, builder.size, file) != builder.size || fclose(file) != 0) abort();
}

/* Part `number` of two, with so many tensors of 256 bytes; the first says what model it is. */
static void save_part(const char *name, unsigned number, unsigned count, unsigned tensors, unsigned tensors_of_all) {
  builder = (struct gguf_builder){0};
  build_header(&builder, 3, tensors, number == 0 ? 4 : 3);
  if (number == 0) build_key_text(&builder, "general.architecture", "llama");
  build_key_number(&builder, "split.no", GGUF_UINT16, number);
  build_key_number(&builder, "split.count", GGUF_UINT16, count);
  build_key_number(&builder, "split.tensors.count", GGUF_INT32, tensors_of_all);
  for (unsigned i = 0; i < tensors; i++) {
    char tensor[16];
    snprintf(tensor, sizeof tensor, "t%u.%u", number, i);
    build_tensor(&builder, tensor, (uint64_t[]){64, 0}, TYPE_F32, 256 * i);
  }
  build_data(&builder, 32, 256 * tensors);
  save(name);
}

static llmb_status check(const char *name) {
  llmb_error_init(&error);
  return gguf_check(path_of(name), &error);
}

static void parts__are_checked_and_counted_together(void) {
  save_part("m-00001-of-00002.gguf", 0, 2, 1, 3);
  save_part("m-00002-of-00002.gguf", 1, 2, 2, 3);
  char *json = NULL;
  llmb_error_init(&error);
  CHECK_INT(LLMB_OK, llmb_inspect(path_of("m-00001-of-00002.gguf"), &json, &error));
  CHECK_CONTAINS("\"parameters\":192,", json);
  CHECK_CONTAINS("\"tensors\":3,", json);
  CHECK_CONTAINS("\"files\":2,", json);
  llmb_free(json);
}

static void first_part__may_have_no_tensor(void) {
  save_part("m-00001-of-00002.gguf", 0, 2, 0, 2);
  save_part("m-00002-of-00002.gguf", 1, 2, 2, 2);
  CHECK_INT(LLMB_OK, check("m-00001-of-00002.gguf"));
}

static void part__that_is_missing_cut_or_another_is_refused(void) {
  save_part("m-00001-of-00002.gguf", 0, 2, 1, 3);
  save_part("m-00002-of-00002.gguf", 1, 2, 2, 3);
  builder.size -= 100;
  save("m-00002-of-00002.gguf");
  CHECK_INT(LLMB_E_MODEL_INVALID, check("m-00001-of-00002.gguf"));
  CHECK_CONTAINS("m-00002-of-00002.gguf", error.message);
  save_part("m-00002-of-00002.gguf", 1, 3, 2, 3);
  CHECK_INT(LLMB_E_MODEL_INVALID, check("m-00001-of-00002.gguf"));
  CHECK_CONTAINS("another one", error.message);
  save_part("m-00002-of-00002.gguf", 1, 2, 1, 3);
  CHECK_INT(LLMB_E_MODEL_INVALID, check("m-00001-of-00002.gguf"));
  CHECK_CONTAINS("split.tensors.count", error.message);
  CHECK_INT(0, unlink(path_of("m-00002-of-00002.gguf")));
  CHECK_INT(LLMB_E_NOT_FOUND, check("m-00001-of-00002.gguf"));
}

static void part__that_is_not_the_first_or_not_named_as_one_is_refused(void) {
  save_part("m-00002-of-00002.gguf", 1, 2, 2, 3);
  CHECK_INT(LLMB_E_MODEL_INVALID, check("m-00002-of-00002.gguf"));
  CHECK_CONTAINS("named by its first file", error.message);
  save_part("m.gguf", 0, 2, 1, 3);
  CHECK_INT(LLMB_E_MODEL_INVALID, check("m.gguf"));
  CHECK_CONTAINS("-00001-of-00003.gguf", error.message);
  save_part("m-00001-of-00002.gguf", 0, 3, 1, 3);
  CHECK_INT(LLMB_E_MODEL_INVALID, check("m-00001-of-00002.gguf"));
}

static void part_numbers__that_cannot_be_are_refused(void) {
  save_part("m-00001-of-00002.gguf", 5, 2, 1, 3);
  CHECK_INT(LLMB_E_MODEL_INVALID, check("m-00001-of-00002.gguf"));
  save_part("m-00001-of-00002.gguf", 0, 60000, 1, 3);
  CHECK_INT(LLMB_E_MODEL_INVALID, check("m-00001-of-00002.gguf"));
  CHECK_CONTAINS("split.count", error.message);
  save_part("whole.gguf", 0, 0, 1, 1);
  CHECK_INT(LLMB_OK, check("whole.gguf"));
  save_part("whole.gguf", 0, 1, 1, 1);
  CHECK_INT(LLMB_OK, check("whole.gguf"));
}

static void remove_all(void) {
  static const char *const names[] = {"m-00001-of-00002.gguf", "m-00002-of-00002.gguf", "m.gguf", "whole.gguf"};
  for (unsigned i = 0; i < 4; i++) unlink(path_of(names[i]));
  rmdir(folder);
}

int main(int argc, char **argv) {
  if (mkdtemp(folder) == NULL) return 2;
  atexit(remove_all);
  const struct check_test tests[] = {
      TEST(parts__are_checked_and_counted_together), TEST(first_part__may_have_no_tensor),
      TEST(part__that_is_missing_cut_or_another_is_refused),
      TEST(part__that_is_not_the_first_or_not_named_as_one_is_refused), TEST(part_numbers__that_cannot_be_are_refused)};
  return check_run(tests, sizeof tests / sizeof tests[0], argc, argv);
}
