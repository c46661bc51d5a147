// How the llama engine says no: an exception that carries what the caller gets to see.
#pragma once

#include <stdexcept>
#include <string>

#include <llmbridge/engine.h>

namespace llama_engine {

// Ends one request, or the start of the engine.
struct failure : std::runtime_error {
  failure(llmb_status failure_status, uint32_t failure_phase, const std::string &message)
      : std::runtime_error(message), status(failure_status), phase(failure_phase) {
  }
  llmb_status status;
  uint32_t phase;
};

}  // namespace llama_engine
