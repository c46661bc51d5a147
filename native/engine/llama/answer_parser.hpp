// What answer_reader and chat share of libllama-common.
#pragma once

#ifdef LLMB_HAVE_LLAMA_COMMON

#include "chat.h"
#include "engine/llama/answer_reader.hpp"

namespace llama_engine {

struct answer_format::parser {
  common_chat_parser_params params;
};

}  // namespace llama_engine

#endif
