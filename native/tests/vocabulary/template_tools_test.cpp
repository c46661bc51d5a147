// All chat templates of the bundle, with and without tools, thinking and a history with calls: none ends the process,
// and what a model says in a template's own way to call a tool is read as that call.
#include <stdexcept>

#include "tests/check.h"
#include "engine/llama/backend.hpp"
#include "engine/llama/chat.hpp"
#include "engine/llama/failure.hpp"
#include "chat.h"
#include "log.h"
#include "tests/llama/vocabularies.hpp"

using llama_engine::answer_parts;
using llama_engine::answer_reader;
using llama_engine::chat_template;
using llama_engine::chat_wishes;
using llama_engine::rendered_chat;

#define PARAMETERS(inside) R"({"type":"object","properties":{)" inside R"(},"required":["city"]})"
#define TOOL(name, parameters) \
  R"({"type":"function","function":{"name":")" name R"(","description":"Says it.","parameters":)" parameters "}}"
static const char tools[] =
    "[" TOOL("get_weather", PARAMETERS(R"("city":{"type":"string"},"days":{"type":"integer"})")) "]";
static const char question[] = R"([{"role":"user","content":"Weather in Rome?"}])";
static const char history[] = R"([{"role":"system","content":"Be brief."},{"role":"user","content":"Weather?"},
  {"role":"assistant","content":"","reasoning_content":"Ask.","tool_calls":[{"id":"call00001","type":"function",
   "function":{"name":"get_weather","arguments":"{\"city\":\"Rome\"}"}}]},
  {"role":"tool","tool_call_id":"call00001","name":"get_weather","content":"sunny"},
  {"role":"assistant","content":[{"type":"text","text":"It is sunny."}]},{"role":"user","content":"And tomorrow?"}])";

static llama_model *model;

static chat_wishes wishes_of(const char *list, int thinking) {
  chat_wishes wishes;
  wishes.tools = list;
  wishes.thinking = thinking;
  return wishes;
}

// What became of a prompt; "" for one that was refused with a message.
static std::string prompt_of(chat_template &chat, const char *messages, const chat_wishes &wishes) {
  try {
    return chat.converse(nullptr, messages, "", wishes, nullptr).prompt;
  } catch (const llama_engine::failure &refused) {
    CHECK(refused.what()[0] != '\0');
    CHECK(refused.status == LLMB_E_ENGINE_ERROR || refused.status == LLMB_E_UNSUPPORTED);
    return {};
  }
}

static void template__is_rendered_or_refused_whatever_is_asked(void) {
  unsigned rendered = 0, refused = 0;
  for (const auto &file : vocabularies::templates()) {
    chat_template chat(model, vocabularies::text_of(file));
    for (const char *list : {"", tools}) {
      for (int thinking : {-1, 0, 1}) {
        for (const char *messages : {question, history}) {
          (prompt_of(chat, messages, wishes_of(list, thinking)).empty() ? refused : rendered)++;
        }
      }
    }
  }
  printf("     %u prompts, %u refused\n", rendered, refused);
  CHECK(rendered > 10 * refused);
}

// Parameters that end libllama-common's converter, or make it work without an end, and some that are none.
static void parameters__that_end_the_converter_are_kept_from_it(void) {
  std::string deep = R"({"type":"string"})";
  for (int i = 0; i < 100; i++) deep = R"({"type":"array","items":)" + deep + "}";
  const std::string odd[] = {
      R"({"$ref":"#/$defs/a","$defs":{"a":{"allOf":[{"$ref":"#/$defs/a"}]}}})",
      R"({"type":"object","properties":{"city":{"$ref":"#/properties/city"}}})",
      R"({"type":"object","properties":{"city":{"$ref":"http://example.com/x"}}})",
      R"({"type":"object","properties":{"city":{"type":"string","pattern":"(a+)+$","maxLength":1000000000}}})",
      R"({"type":"object","properties":{"city":{"enum":[]}}})",
      R"({"type":"array","minItems":1000000000})",
      R"({"not":{}})",
      "null",
      deep,
  };
  unsigned rendered = 0, refused = 0;  // templates that look into parameters fail at some
  for (const auto &file : vocabularies::templates()) {
    chat_template chat(model, vocabularies::text_of(file));
    bool takes_tools = !prompt_of(chat, question, wishes_of(tools, -1)).empty();
    for (const std::string &parameters : odd) {
      std::string list = "[" TOOL("get_weather", "null") "]";
      list.replace(list.find("null"), 4, parameters);
      std::string prompt = prompt_of(chat, question, wishes_of(list.c_str(), -1));
      if (takes_tools) (prompt.empty() ? refused : rendered)++;
    }
  }
  printf("     %u prompts, %u refused\n", rendered, refused);
  CHECK(rendered > 50 * refused);
}

// Whether a prompt ends inside reasoning: the model has to end that first.
static bool is_open(const common_chat_params &params) {
  const std::string &prompt = params.prompt, &tag = params.thinking_start_tag;
  size_t at = tag.empty() ? std::string::npos : prompt.rfind(tag);
  return at != std::string::npos && at + params.generation_prompt.size() >= prompt.size() &&
         prompt.find(params.thinking_end_tags.front(), at) == std::string::npos;
}

// The marks that end a turn are tokens that end an answer: none of them is in what a reader is given.
static void cut_end(std::string &said) {
  static const char *const ends[] = {"<|im_end|>",
                                     "</s>",
                                     "<|eot_id|>",
                                     "<|eom_id|>",
                                     "<|END_OF_TURN_TOKEN|>",
                                     "<|end|>",
                                     "<|return|>",
                                     "<|call|>",
                                     "<|endoftext|>",
                                     "<｜end▁of▁sentence｜>",
                                     "[e~[",
                                     "<seed:eos>",
                                     "<turn|>",
                                     "<|assistant_end|>",
                                     "<end_of_sentence>",
                                     "<SPECIAL_12>",
                                     "<|end_of_text|>",
                                     "</assistant>",
                                     "<sep>",
                                     "<｜hy_eos:opensource｜>",
                                     "<|tool_response>",
                                     "<|calls|>",
                                     "<｜Assistant｜>",
                                     "<|observation|>",
                                     "<|user|>",
                                     "<|message_sep|>",
                                     "<|START_OF_TURN_TOKEN|>"};
  size_t from = said.rfind('3'), first = said.size();
  for (const char *end : ends) first = std::min(first, said.find(end, from));
  said.resize(first);
}

// What the template makes of a turn in which the assistant calls the tool: what a model that follows it says. Empty
// where the template has no turn with calls, or libllama-common sees none.
static std::string said_call(const std::string &source) {
  common_chat_templates_ptr templates = common_chat_templates_init(model, source);
  common_chat_templates_inputs inputs;
  inputs.messages = common_chat_msgs_parse_oaicompat(common_json::parse(question));
  inputs.tools = common_chat_tools_parse_oaicompat(common_json::parse(tools));
  inputs.enable_thinking = false;
  inputs.reasoning_format = COMMON_REASONING_FORMAT_DEEPSEEK;
  const common_chat_params params = common_chat_templates_apply(templates.get(), inputs);
  inputs.force_pure_content = true;
  inputs.add_generation_prompt = false;
  const std::string before = common_chat_templates_apply(templates.get(), inputs).prompt;
  common_chat_msg turn;
  turn.role = "assistant";
  turn.tool_calls.push_back({"get_weather", R"({"city":"Rome","days":3})", "call00001"});
  inputs.messages.push_back(turn);
  const std::string whole = common_chat_templates_apply(templates.get(), inputs).prompt;
  size_t same = 0, called = whole.rfind("get_weather");
  while (same < whole.size() && same < before.size() && whole[same] == before[same]) same++;
  if (called == std::string::npos || called < same) return {};
  // From the mark on, where there is one in words; else from where the turn's head ends.
  size_t begin = std::string::npos;
  for (const common_grammar_trigger &trigger : params.grammar_triggers) {
    if (trigger.type == COMMON_GRAMMAR_TRIGGER_TYPE_WORD) begin = std::min(begin, whole.find(trigger.value, same));
  }
  if (begin == std::string::npos) {
    std::string_view head = params.generation_prompt;
    for (begin = same; !head.empty() && whole.compare(begin, head.size(), head) != 0;) head.remove_suffix(1);
    begin += head.size();
  }
  std::string said = whole.substr(begin);
  cut_end(said);
  if (!is_open(params)) return said;
  return "Ask." + params.thinking_end_tags.front() + said;
}

static answer_parts read(const rendered_chat &asked, const std::string &said, uint32_t &parse) {
  answer_reader reader(asked.format, [](const std::function<void()> &job) { job(); });
  answer_parts parts;
  for (size_t at = 0; at < said.size(); at += 3) reader.push(said.substr(at, 3), parts);
  reader.finish(true, parts);
  parse = reader.tool_parse();
  return parts;
}

// Of the first two no turn with calls is rendered. Of the third libllama-common reads only calls without the id that
// the template writes into earlier turns.
static const struct {
  const char *name, *said;
} formats[] = {
    {"LFM2-8B-A1B", R"(<|tool_call_start|>[get_weather(city="Rome", days=3)]<|tool_call_end|>)"},
    {"LFM2.5-Instruct", R"(<|tool_call_start|>[get_weather(city="Rome", days=3)]<|tool_call_end|>)"},
};

// libllama-common 0.5.0 makes no parser that reads this one's calls where the vocabulary has a BOS.
static const char unread[] = "Mistral-Small-3.2-24B-Instruct-2506";

static void call__in_the_templates_own_way_is_read(void) {
  unsigned read_count = 0, without_way = 0;
  for (const auto &file : vocabularies::templates()) {
    const std::string source = vocabularies::text_of(file), name = file.stem().string();
    chat_template chat(model, source);
    rendered_chat asked;
    std::string said;
    try {
      asked = chat.converse(nullptr, question, "", wishes_of(tools, 0), nullptr);
      said = said_call(source);
    } catch (const llama_engine::failure &refused) {
      CHECK_INT(LLMB_E_UNSUPPORTED, refused.status);
    }
    for (const auto &format : formats) {
      if (name == format.name) said = format.said;
    }
    if (said.empty()) {
      printf("     without a way to call: %s\n", name.c_str());
      without_way++;
      continue;
    }
    uint32_t parse = 0;
    answer_parts parts = read(asked, said, parse);
    if (name == unread) {
      CHECK_INT(LLMB_TOOL_PARSE_FAILED, parse);
      CHECK(parts.text == said);
      continue;
    }
    bool is_read = parse == LLMB_TOOL_PARSE_PARSED &&
                   parts.calls.find(R"("name":"get_weather")") != std::string::npos &&
                   parts.calls.find("Rome") != std::string::npos && parts.calls.find('3') != std::string::npos;
    if (!is_read)
      fprintf(stderr, "%s: not read (%u): '%s' '%s' -> '%s'\n", name.c_str(), parse,
              asked.format->generation_prompt.c_str(), said.c_str(), parts.calls.c_str());
    CHECK(is_read);
    read_count += is_read;
  }
  printf("     %u read, %u without a way\n", read_count, without_way);
  CHECK(read_count > 10 * without_way);
}

int main(int argc, char **argv) {
  llama_log_set([](ggml_log_level, const char *, void *) {}, nullptr);
  common_log_set_verbosity_thold(-1000);
  llama_engine::backend_load();
  if (vocabularies::templates().empty()) return 77;
  llama_model_params params = llama_model_default_params();
  params.vocab_only = true;
  model = llama_model_load_from_file((vocabularies::folder() / "ggml-vocab-llama-spm.gguf").c_str(), params);
  const struct check_test tests[] = {TEST(template__is_rendered_or_refused_whatever_is_asked),
                                     TEST(parameters__that_end_the_converter_are_kept_from_it),
                                     TEST(call__in_the_templates_own_way_is_read)};
  const int result = check_run(tests, sizeof tests / sizeof tests[0], argc, argv);
  llama_model_free(model);
  return result;
}
