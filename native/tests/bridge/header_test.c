/* Links what every public header declares (the other sources of this program include each alone and twice), and checks
 * what hosts in other languages rely on: sizes and offsets of the structs that cross the border. */
#include <stddef.h>

#include <llmbridge/llmbridge.h>

#include "tests/check.h"

static void header__structs_have_the_layout_that_bindings_expect(void) {
  CHECK_INT(0, offsetof(llmb_error, struct_size));
  CHECK_INT(4, offsetof(llmb_error, status));
  CHECK_INT(8, offsetof(llmb_error, os_code));
  CHECK_INT(32, offsetof(llmb_error, elapsed_ms));
  CHECK_INT(40, offsetof(llmb_error, engine));
  CHECK_INT(72, offsetof(llmb_error, message));
  CHECK_INT(584, offsetof(llmb_error, engine_log));
  CHECK_INT(2632, sizeof(llmb_error));
  CHECK_INT(0, offsetof(llmb_result, struct_size));
  CHECK_INT(16, offsetof(llmb_result, prompt_tokens));
  CHECK_INT(32, offsetof(llmb_result, queue_ms));
  CHECK_INT(64, offsetof(llmb_result, engine));
  CHECK_INT(96, sizeof(llmb_result));
  CHECK_INT(4, sizeof(llmb_status));
}

static void header__init_functions_know_the_sizes_of_this_header(void) {
  llmb_error error;
  llmb_result result;
  llmb_error_init(&error);
  llmb_result_init(&result);
  CHECK_INT(sizeof error, error.struct_size);
  CHECK_INT(sizeof result, result.struct_size);
  CHECK(llmb_abi_version() > 0);
  CHECK(strlen(llmb_version()) > 0);
}

CHECK_MAIN(TEST(header__structs_have_the_layout_that_bindings_expect),
           TEST(header__init_functions_know_the_sizes_of_this_header))
