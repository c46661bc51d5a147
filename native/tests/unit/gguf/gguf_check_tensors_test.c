#include "tests/unit/gguf/gguf_refusal.h"

/* A model whose tensors are yet to come. */
static void begin_with_tensors(uint64_t count) {
  builder = (struct gguf_builder){0};
  build_header(&builder, 3, count, 1);
  build_key_text(&builder, "general.architecture", "llama");
}

static void gguf_check__refuses_tensors_of_no_type(void) {
  const uint32_t types[] = {4, 5, 31, 32, 33, 36, 37, 38, 43, 1000, UINT32_MAX};
  for (unsigned i = 0; i < sizeof types / sizeof types[0]; i++) {
    begin_with_tensors(1);
    build_tensor(&builder, "blk.0.weight", (uint64_t[]){32, 0}, types[i], 0);
    build_data(&builder, 32, 4096);
    check_refused("tensor \"blk.0.weight\"", "reads no type");
  }
}

static void gguf_check__refuses_rows_that_are_no_whole_blocks(void) {
  begin_with_tensors(1);
  build_tensor(&builder, "t", (uint64_t[]){48, 2, 0}, TYPE_Q8_0, 0);
  build_data(&builder, 32, 4096);
  check_refused("tensor \"t\"", "blocks of 32");
}

static void gguf_check__refuses_a_tensor_given_twice(void) {
  begin_with_tensors(2);
  build_tensor(&builder, "same", (uint64_t[]){8, 0}, TYPE_F32, 0);
  build_tensor(&builder, "same", (uint64_t[]){8, 0}, TYPE_F32, 32);
  build_data(&builder, 32, 64);
  check_refused("tensor \"same\"", "twice");
}

static void gguf_check__refuses_overlapping_tensors_in_any_order(void) {
  for (int swapped = 0; swapped < 2; swapped++) {
    begin_with_tensors(2);
    build_tensor(&builder, "a", (uint64_t[]){16, 0}, TYPE_F32, swapped ? 32 : 0);
    build_tensor(&builder, "b", (uint64_t[]){16, 0}, TYPE_F32, swapped ? 0 : 32);
    build_data(&builder, 32, 128);
    check_refused(swapped ? "tensor \"a\"" : "tensor \"b\"", "overlaps");
  }
}

static void gguf_check__refuses_gaps_and_another_order_as_llama_cpp_does(void) {
  begin_with_tensors(2);
  build_tensor(&builder, "a", (uint64_t[]){8, 0}, TYPE_F32, 0);
  build_tensor(&builder, "b", (uint64_t[]){8, 0}, TYPE_F32, 64);
  build_data(&builder, 32, 96);
  check_refused("tensor \"b\"", "offset 64");
  begin_with_tensors(2);
  build_tensor(&builder, "a", (uint64_t[]){8, 0}, TYPE_F32, 32);
  build_tensor(&builder, "b", (uint64_t[]){8, 0}, TYPE_F32, 0);
  build_data(&builder, 32, 64);
  check_refused("tensor \"a\"", "offset 32");
}

static void gguf_check__refuses_an_offset_off_the_alignment(void) {
  begin_with_tensors(1);
  build_tensor(&builder, "a", (uint64_t[]){8, 0}, TYPE_F32, 16);
  build_data(&builder, 32, 128);
  check_refused("tensor \"a\"", "no multiple of the alignment, 32");
}

static void gguf_check__refuses_data_beyond_the_file(void) {
  const uint64_t offsets[] = {128, 96, 1 << 20, UINT64_MAX - 31, INT64_MAX - 31};
  for (unsigned i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
    begin_with_tensors(1);
    build_tensor(&builder, "a", (uint64_t[]){16, 0}, TYPE_F32, offsets[i]);
    build_data(&builder, 32, 128);
    check_refused("tensor \"a\"", "beyond the file");
  }
}

static void gguf_check__refuses_shapes_that_overflow(void) {
  static const uint64_t shapes[][5] = {{UINT64_MAX, 0},
                                       {1ull << 32, 1ull << 31, 0},
                                       {1ull << 32, 1ull << 32, 0},
                                       {3, 1ull << 62, 0},
                                       {1ull << 16, 1ull << 16, 1ull << 16, 1ull << 16, 0}};
  for (unsigned i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    begin_with_tensors(1);
    build_tensor(&builder, "a", shapes[i], TYPE_F32, 0);
    build_data(&builder, 32, 128);
    check_refused("tensor \"a\"", "more elements than can be counted");
  }
  begin_with_tensors(1);
  build_tensor(&builder, "a", (uint64_t[]){1ull << 62, 0}, 28 /* F64 */, 0);
  build_data(&builder, 32, 128);
  check_refused("tensor \"a\"", "more bytes than can be counted");
}

static void gguf_check__refuses_dimensions_of_0_and_too_many(void) {
  begin_with_tensors(1);
  build_text(&builder, "a");
  build_number(&builder, 1, 4);
  build_number(&builder, 0, 8);
  check_refused("tensor \"a\"", "dimension 1 is 0");
  begin_with_tensors(1);
  build_text(&builder, "a");
  build_number(&builder, 5, 4);
  check_refused("tensor \"a\"", "5 dimensions");
}

static void gguf_check__refuses_tensors_without_a_proper_name(void) {
  begin_with_tensors(1);
  build_tensor(&builder, "", (uint64_t[]){8, 0}, TYPE_F32, 0);
  check_refused("tensor 1", "a name of 0 bytes");
  begin_with_tensors(1);
  char name[65] = {0};
  memset(name, 'n', 64);
  build_tensor(&builder, name, (uint64_t[]){8, 0}, TYPE_F32, 0);
  check_refused("tensor 1", "a name of 64 bytes");
  begin_with_tensors(1);
  build_tensor(&builder, "\xC3(", (uint64_t[]){8, 0}, TYPE_F32, 0);
  check_refused("tensor 1", "UTF-8");
}

CHECK_MAIN(TEST(gguf_check__refuses_tensors_of_no_type), TEST(gguf_check__refuses_rows_that_are_no_whole_blocks),
           TEST(gguf_check__refuses_a_tensor_given_twice), TEST(gguf_check__refuses_overlapping_tensors_in_any_order),
           TEST(gguf_check__refuses_gaps_and_another_order_as_llama_cpp_does),
           TEST(gguf_check__refuses_an_offset_off_the_alignment), TEST(gguf_check__refuses_data_beyond_the_file),
           TEST(gguf_check__refuses_shapes_that_overflow), TEST(gguf_check__refuses_dimensions_of_0_and_too_many),
           TEST(gguf_check__refuses_tensors_without_a_proper_name))
