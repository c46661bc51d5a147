// How often the loops and macros of a chat template go round. A model's file may hold a template that never ends, and
// while one is rendered no other call of its engine gets on.
#pragma once

#include <cstdint>

namespace llama_engine {

// In one rendering, all loops and macros together: seconds of work. A conversation of a thousand messages needs some
// thousands; one of five hundred needs these where a template looks at all messages for each message.
constexpr uint64_t loop_turns_max = uint64_t{1} << 18;

// A rendering begins on this thread. Going round more often throws from here on, with a message that says so.
void loop_turns_begin(uint64_t turns_max);

}  // namespace llama_engine
