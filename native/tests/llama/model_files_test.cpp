#include "engine/llama/model_files.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include "engine/llama/engine_options.hpp"
#include "tests/check.h"

namespace fs = std::filesystem;
using llama_engine::model_files;

static fs::path folder() {
  static char made[] = P_tmpdir "/model_files_test.XXXXXX";
  static bool is_made = mkdtemp(made) != nullptr;
  CHECK(is_made);
  return made;
}

static void model_files__of_a_plain_name_are_itself(void) {
  for (const char *name :
       {"/m/a.gguf", "a.gguf", "/m/a-00001-of-2.gguf", "/m/a-00003-of-00002.gguf", "/m/a-00000-of-00002.gguf",
        "/m/-of-.gguf", "-of-", "/m/a-00001-of-00002.gguf.part", "/m/a-00001-of-99999.gguf"}) {
    CHECK(model_files(name) == std::vector<std::string>{name});
  }
}

static void model_files__of_a_first_part_are_all_parts(void) {
  std::vector<std::string> expected = {"/m/a-00001-of-00003.gguf", "/m/a-00002-of-00003.gguf",
                                       "/m/a-00003-of-00003.gguf"};
  CHECK(model_files(expected[0]) == expected);
  CHECK(model_files(expected[1]) == std::vector<std::string>{expected[1]});
}

static void model_files__of_a_link_to_a_first_part_are_those_beside_it(void) {
  fs::path first = fs::canonical(folder()) / "m-00001-of-00002.gguf",
           second = fs::canonical(folder()) / "m-00002-of-00002.gguf";
  std::ofstream(first) << "12345";
  std::ofstream(second) << "123";
  fs::create_symlink(first.filename(), folder() / "link.gguf");
  CHECK(model_files(folder() / "link.gguf") == (std::vector<std::string>{first, second}));
  CHECK_INT(8, llama_engine::model_files_bytes(folder() / "link.gguf"));
  // As a hub's cache has them: links with the parts' names to files without.
  fs::create_directory(folder() / "blobs");
  fs::rename(first, folder() / "blobs/1");
  fs::create_symlink("blobs/1", first);
  CHECK(model_files(first) == (std::vector<std::string>{first, second}));
  CHECK_INT(8, llama_engine::model_files_bytes(first));
  fs::remove_all(folder());
}

static void threads__are_divided_among_the_workers_and_few_for_a_small_model(void) {
  const uint32_t processors = std::max(1U, std::thread::hardware_concurrency());
  const std::string large = folder() / "large.gguf";
  fs::create_directories(folder());  // a test before may have removed it
  std::ofstream(large) << "1";
  fs::resize_file(large, llama_engine::model_bytes_per_thread * processors);  // takes no room on the disk
  CHECK_INT(processors, llama_engine::threads_default(large, 1));
  CHECK_INT(1, llama_engine::threads_default(large, processors));
  CHECK_INT(1, llama_engine::threads_default(large, 2 * processors));
  fs::resize_file(large, 1);
  CHECK_INT(1, llama_engine::threads_default(large, 1));
  fs::remove_all(folder());
}

CHECK_MAIN(TEST(model_files__of_a_plain_name_are_itself), TEST(model_files__of_a_first_part_are_all_parts),
           TEST(model_files__of_a_link_to_a_first_part_are_those_beside_it),
           TEST(threads__are_divided_among_the_workers_and_few_for_a_small_model))
