// Real chat templates, rendered by the engine and by libllama-common as llama.cpp's own server uses it: the prompts
// have as many tokens, and the same is said after them.
#include <set>
#include <stdexcept>

#include "tests/check.h"
#include "engine/llama/backend.hpp"
#include "chat.h"
#include "tests/vocabulary/composed_bridge.hpp"
#include "log.h"
#include "tests/vocabulary/samples.hpp"
#include "tests/llama/vocabularies.hpp"

struct conversation {
  const char *name;
  const char *messages;
};

static const conversation conversations[] = {
    {"one question", R"([{"role":"user","content":"What is a cat?"}])"},
    {"a system message", R"([{"role":"system","content":"Be brief."},{"role":"user","content":"What is a cat?"}])"},
    {"a turn before",
     R"([{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello there."},{"role":"user","content":"Bye"}])"},
    {"all of it",
     R"([{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello."},
                      {"role":"user","content":"And?"},{"role":"assistant","content":"Well, 🦙."},{"role":"user","content":"Bye\n\n"}])"},
    {"an empty system message", R"([{"role":"system","content":""},{"role":"user","content":"What is a cat?"}])"},
    {"content in parts",
     R"([{"role":"user","content":[{"type":"text","text":"What is"},{"type":"text","text":"a cat?"}]}])"},
    {"a developer", R"([{"role":"developer","content":"Be brief."},{"role":"user","content":"What is a cat?"}])"},
    {"two questions", R"([{"role":"user","content":"What is a cat?"},{"role":"user","content":"And a dog?"}])"},
    {"a tool's result", R"([{"role":"user","content":"Weather?"},
                            {"role":"assistant","content":"","tool_calls":[{"id":"call00001","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Rome\"}"}}]},
                            {"role":"tool","tool_call_id":"call00001","name":"weather","content":"sunny"}])"},
    {"reasoning",
     R"([{"role":"user","content":"2+2?"},{"role":"assistant","content":"4","reasoning_content":"Two and two."},{"role":"user","content":"3+3?"}])"},
};

// Each with a peculiarity: no system role, alternation enforced, BOS spelt out, dates, thinking, many turns' markers.
static const std::set<std::string> sampled = {
    "google-gemma-2-2b-it",
    "Qwen-Qwen3-0.6B",
    "meta-llama-Llama-3.2-3B-Instruct",
    "mistralai-Mistral-Nemo-Instruct-2407",
    "deepseek-ai-DeepSeek-V4",
    "microsoft-Phi-3.5-mini-instruct",
    "openai-gpt-oss-120b",
    "llama-cpp-rwkv-world",
    "Apertus-8B-Instruct",
    "google-gemma-4-31B-it-interleaved",
    "mistralai-Ministral-3-14B-Reasoning-2512",
};

static std::vector<std::filesystem::path> files() {
  std::vector<std::filesystem::path> found;
  for (const std::filesystem::path &file : vocabularies::templates()) {
    if (samples::all_wanted() || sampled.count(file.stem()) != 0) found.push_back(file);
  }
  CHECK(!found.empty());
  return found;
}

// The prompt as llama-server makes it when it is started with nothing but a model, except that the server keeps
// reasoning of earlier turns (preserve_reasoning) where a template drops it: here the template's author decides. With
// DeepSeek V4 the server's prompt has two tokens more for each earlier answer, an empty <think></think>.
static std::string server_prompt(const common_chat_templates *templates, const std::string &messages) {
  common_chat_templates_inputs inputs;
  inputs.messages = common_chat_msgs_parse_oaicompat(common_json::parse(messages));
  inputs.reasoning_format = COMMON_REASONING_FORMAT_DEEPSEEK;
  inputs.enable_thinking = common_chat_templates_support_enable_thinking(templates);
  return common_chat_templates_apply(templates, inputs).prompt;
}

static void check_conversation(const composed::pair &pair, const common_chat_templates *templates,
                               const std::string &name, const conversation &talk) {
  std::string prompt, refused;
  try {
    prompt = server_prompt(templates, talk.messages);
  } catch (const std::exception &error) {
    refused = error.what();
  }
  composed::answer answer = pair.ask("", "messages", talk.messages);
  const std::string place = name + ", " + talk.name;
  if (!refused.empty()) {
    if (answer.status != LLMB_E_ENGINE_ERROR)
      fprintf(stderr, "%s: refused by llama.cpp: %s; here %s\n", place.c_str(), refused.c_str(),
              llmb_status_name(answer.status));
    CHECK_INT(LLMB_E_ENGINE_ERROR, answer.status);
    return;
  }
  std::vector<llama_token> tokens = pair.tokens(prompt, true, true);
  const bool is_same =
      answer.status == LLMB_OK && answer.prompt_tokens == tokens.size() && answer.text == pair.continuation(tokens);
  if (!is_same)
    fprintf(stderr, "%s: %llu tokens, expected %zu; %s\n%s\n", place.c_str(), (unsigned long long)answer.prompt_tokens,
            tokens.size(), answer.problem.c_str(), getenv("LLMB_VERBOSE") ? prompt.c_str() : "");
  CHECK(is_same);
}

static void template__makes_the_prompt_that_llama_cpps_server_makes(void) {
  const std::filesystem::path vocabulary = vocabularies::folder() / "ggml-vocab-phi-3.gguf";
  for (const auto &file : files()) {
    composed::pair pair(vocabulary, vocabularies::text_of(file));
    common_chat_templates_ptr templates = common_chat_templates_init(pair.model(), "");
    for (const conversation &talk : conversations)
      check_conversation(pair, templates.get(), file.stem().string(), talk);
  }
}

int main(int argc, char **argv) {
  llama_log_set([](ggml_log_level, const char *, void *) {}, nullptr);
  common_log_set_verbosity_thold(-1000);
  llama_engine::backend_load();
  const struct check_test tests[] = {TEST(template__makes_the_prompt_that_llama_cpps_server_makes)};
  return check_run(tests, sizeof tests / sizeof tests[0], argc, argv);
}
