#include "engine/llama/chat_loops.hpp"

#include <dlfcn.h>

#include <stdexcept>

#include "jinja/parser.h"
#include "jinja/runtime.h"

namespace llama_engine {
namespace {

thread_local uint64_t turns_left = loop_turns_max;
thread_local uint64_t turns_allowed = loop_turns_max;

// Stands at the beginning of a body that may be run again and again.
struct turn : public jinja::statement {
  std::string type() const override {
    return "Turn";
  }
  jinja::value execute_impl(jinja::context &) const override {
    if (turns_left-- == 0) {
      turns_left = 0;
      throw std::runtime_error("its loops and macros go round more than " + std::to_string(turns_allowed) + " times");
    }
    return jinja::mk_val<jinja::value_undefined>();
  }
};

void count_in(jinja::statements &body);

void count_turns_in(jinja::statements &body, size_t pos) {
  count_in(body);
  auto counted = std::make_unique<turn>();
  counted->pos = pos;
  body.insert(body.begin(), std::move(counted));
}

// By their names: libllama-common's own types are known to it alone.
void count_in(jinja::statements &body) {
  for (jinja::statement_ptr &at : body) {
    const std::string type = at->type();
    if (type == "For") {
      auto &loop = static_cast<jinja::for_statement &>(*at);
      count_turns_in(loop.body, loop.pos);
      count_in(loop.default_block);
    } else if (type == "Macro") {
      auto &macro = static_cast<jinja::macro_statement &>(*at);
      count_turns_in(macro.body, macro.pos);
    } else if (type == "CallStatement") {
      auto &call = static_cast<jinja::call_statement &>(*at);
      count_turns_in(call.body, call.pos);
    } else if (type == "If") {
      auto &choice = static_cast<jinja::if_statement &>(*at);
      count_in(choice.body);
      count_in(choice.alternate);
    } else if (type == "Set") {
      count_in(static_cast<jinja::set_statement &>(*at).body);
    } else if (type == "FilterStatement") {
      count_in(static_cast<jinja::filter_statement &>(*at).body);
    }
  }
}

}  // namespace

void loop_turns_begin(uint64_t turns_max) {
  turns_left = turns_allowed = turns_max;
}

}  // namespace llama_engine

// libllama-common has no way to count or to stop. It parses its templates by this function, which stands before its own
// wherever the dynamic linker looks for it; that a loop is counted is chat_loops_test's to say.
namespace jinja {

__attribute__((visibility("default"))) program parse_from_tokens(const lexer_result &tokens) {
  using parser = program (*)(const lexer_result &);
  static const auto parse =
      reinterpret_cast<parser>(dlsym(RTLD_NEXT, "_ZN5jinja17parse_from_tokensERKNS_12lexer_resultE"));
  if (parse == nullptr) throw std::runtime_error("libllama-common has no parser for templates");
  program parsed = parse(tokens);
  llama_engine::count_in(parsed.body);
  return parsed;
}

}  // namespace jinja
