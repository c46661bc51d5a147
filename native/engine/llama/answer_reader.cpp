#include "engine/llama/answer_reader.hpp"

#include <algorithm>

#include "engine/llama/answer_parser.hpp"
#include "engine/llama/json_text.hpp"

#ifdef LLMB_HAVE_LLAMA_COMMON

namespace llama_engine {
namespace {

// An answer is read again when it has grown by this part of itself, so that all readings together take as long as some
// dozens of the last one.
constexpr size_t growth_part = 64;
// Parsers recurse once or more for each bracket: above the first many they get a deep stack, above the second none.
constexpr size_t brackets_shallow = 64, brackets_max = 20000;

std::string_view trimmed(std::string_view text) {
  const char *blanks = " \t\r\n";
  size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

bool is_object(const std::string &json) {
  constexpr size_t depth_max = 512;
  if (json_is_deeper(json, depth_max)) return false;
  try {
    return common_json::parse(json).is_object();
  } catch (const std::exception &) {
    return false;
  }
}

// Nine letters and digits, which is what the strictest templates take; the same answer has the same ones.
std::string id_of(const std::string &seed, size_t place) {
  uint64_t hash = 14695981039346656037ULL ^ place;
  for (unsigned char byte : seed) hash = (hash ^ byte) * 1099511628211ULL;
  std::string id = "call";
  for (int i = 0; i < 5; i++, hash /= 36) id += "0123456789abcdefghijklmnopqrstuvwxyz"[hash % 36];
  return id;
}

}  // namespace

struct answer_reader::message {
  common_chat_msg said;
};

answer_reader::answer_reader(std::shared_ptr<const answer_format> format, deep_run deep)
    : format_(std::move(format)), deep_(std::move(deep)) {
}

// {"name", "parameters"} or {"name", "arguments"} and nothing else, as templates without marks ask for.
static bool read_bare(const answer_format &format, common_chat_msg &said) {
  std::string text(trimmed(said.content));
  if (text.empty() || text.front() != '{' || !is_object(text)) return false;
  common_json call = common_json::parse(text);
  const char *member = call.contains("parameters") ? "parameters" : "arguments";
  if (!call.contains("name") || !call.at("name").is_string() || !call.contains(member)) return false;
  common_chat_tool_call made;
  made.name = call.at("name").get<std::string>();
  if (std::find(format.tools.begin(), format.tools.end(), made.name) == format.tools.end()) return false;
  made.arguments = call.at(member).dump();
  said.content.clear();
  said.tool_calls.push_back(made);
  return true;
}

static bool parse(const answer_format &format, const std::string &raw, bool is_whole, common_chat_msg &said) {
  try {
    said = common_chat_parse(raw, !is_whole, format.parse->params);
    return true;
  } catch (const std::exception &) {
    return false;
  }
}

bool answer_reader::read(bool is_whole, message &out) const {
  if (brackets_ > brackets_max) return false;
  bool is_read = false;
  auto job = [&] {
    is_read = parse(*format_, raw_, is_whole, out.said);
    // A blank behind a call is none of some formats.
    if (!is_read && is_whole) is_read = parse(*format_, std::string(trimmed(raw_)), true, out.said);
    if (is_read && is_whole && format_->calls_are_bare) read_bare(*format_, out.said);
  };
  if (brackets_ > brackets_shallow) {
    deep_(job);
  } else {
    job();
  }
  return is_read;
}

void answer_reader::give(const message &said, answer_parts &out) {
  auto more = [](const std::string &all, std::string &given, std::string &to) {
    if (all.size() <= given.size() || all.compare(0, given.size(), given) != 0) return;
    to.append(all, given.size());
    given = all;
  };
  more(said.said.reasoning_content, reasoning_, out.reasoning);
  more(said.said.content, text_, out.text);
}

void answer_reader::push(std::string_view text, answer_parts &out) {
  raw_ += text;
  brackets_ +=
      static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return c == '{' || c == '['; }));
  if (raw_.size() < next_) return;
  next_ = raw_.size() + 1 + raw_.size() / growth_part;
  // What may still turn out to be a call is not given out.
  if (format_->calls_are_bare && trimmed(raw_).substr(0, 1) == "{") return;
  message said;
  if (read(false, said)) give(said, out);
}

// All that was said and not given out as it stood. What was given is true, but no part of it is lost.
void answer_reader::give_raw(answer_parts &out) {
  size_t at = text_.empty() ? 0 : raw_.find(text_);
  out.text += at == std::string::npos ? raw_ : raw_.substr(at + text_.size());
  text_ = raw_;
}

static std::string calls_json(const std::vector<common_chat_tool_call> &calls, const std::string &seed) {
  std::string json;
  for (size_t place = 0; place < calls.size(); place++) {
    const common_chat_tool_call &call = calls[place];
    std::string id = call.id.empty() ? id_of(seed, place) : call.id;
    json += (place == 0 ? "[" : ",") + ("{\"id\":" + json_quote(id)) + ",\"name\":" + json_quote(call.name) +
            ",\"arguments\":" + call.arguments + "}";
  }
  return json + "]";
}

void answer_reader::finish(bool is_whole, answer_parts &out) {
  message end;
  bool looks_for_calls = !format_->tools.empty();
  bool is_read = read(is_whole, end);
  std::vector<common_chat_tool_call> &calls = end.said.tool_calls;
  for (common_chat_tool_call &call : calls) {
    if (trimmed(call.arguments).empty()) call.arguments = "{}";
    is_read = is_read && !call.name.empty() && is_object(call.arguments);
  }
  // A cut answer has no calls: the last one may be another than was meant.
  if (!is_whole && !calls.empty()) is_read = false;
  // What was given out must still be the text's beginning.
  const std::string &text = end.said.content;
  bool is_kept = text.compare(0, text_.size(), text_) == 0 || text_.compare(0, text.size(), text) == 0;
  if (looks_for_calls) tool_parse_ = is_read && is_kept ? LLMB_TOOL_PARSE_PARSED : LLMB_TOOL_PARSE_FAILED;
  if (!is_read || !is_kept) {
    give_raw(out);
    return;
  }
  give(end, out);
  if (!calls.empty()) out.calls = calls_json(calls, raw_);
}

}  // namespace llama_engine

#else  // a llama.cpp without libllama-common: there are no templates, so no formats

namespace llama_engine {

answer_reader::answer_reader(std::shared_ptr<const answer_format> format, deep_run deep)
    : format_(std::move(format)), deep_(std::move(deep)) {
}

void answer_reader::push(std::string_view text, answer_parts &out) {
  out.text += text;
}

void answer_reader::finish(bool, answer_parts &) {
}

}  // namespace llama_engine

#endif
