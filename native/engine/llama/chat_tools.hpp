// The settings of a call that say what it may call and how it thinks, for libllama-common.
#pragma once

#include <string>
#include <vector>

#include <llmbridge/engine.h>

#include "engine/llama/text_guard.hpp"

struct common_chat_templates_inputs;

namespace llama_engine {

struct chat_wishes {
  std::string tools, choice = "auto";  // tools: a JSON array, empty for none; choice: auto, none, required or a name
  bool may_call_many = true;
  bool separates_reasoning = true;
  int thinking = -1;  // -1: as the template has it; 0: no; 1: yes

  bool may_call() const {
    return !tools.empty() && choice != "none";
  }
};

chat_wishes chat_wishes_read(const llmb_request *request);

// Puts the tools into the inputs. Throws failure, LLMB_E_INVALID_ARGUMENT, for tools that are none.
void tools_add(const chat_wishes &wishes, common_chat_templates_inputs &inputs);

// Before anything is hidden; then hides in the tools what spells control tokens. Throws failure for such a name.
void tools_avoid(const common_chat_templates_inputs &inputs, text_guard &guard);
void tools_guard(common_chat_templates_inputs &inputs, text_guard &guard);

// Whether libllama-common's converter may be given the tools' parameters: some end the process.
bool tools_are_plain(const common_chat_templates_inputs &inputs);

// Leaves only that arguments are objects.
void tools_make_plain(common_chat_templates_inputs &inputs);

}  // namespace llama_engine
