// The scenarios of interop-tests/scenarios.json by way of hosts/cpp/llmbridge.hpp. Usage: driver SCENARIO
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <llmbridge/llmbridge.hpp>

namespace {

void print(const std::string &line) {
  std::puts(line.c_str());
  std::fflush(stdout);
}

void print_piece(std::string piece) {
  for (std::size_t at = 0; (at = piece.find('\n', at)) != std::string::npos; at += 2) piece.replace(at, 1, "\\n");
  print("piece " + piece);
}

void print_error_of(const std::function<void()> &act) {
  try {
    act();
  } catch (const llmbridge::error &failure) {
    print("error " + failure.code());
  }
}

void answer() {
  print("text " + llmbridge::ask("hello"));
}

void stream() {
  llmbridge::bridge bridge;
  llmbridge::call call = bridge.stream("hello");
  for (const std::string &piece : call) print_piece(piece);
  print(std::string("end ") + call.finish().finish_reason_name());
}

void embed() {
  const std::vector<float> vector = llmbridge::embed("hello");
  print("dimension " + std::to_string(vector.size()));
  print(std::string("equal ") + (vector == llmbridge::bridge().embed("hello") ? "true" : "false"));
}

void deadline() {
  print_error_of([] { llmbridge::ask("hello"); });
}

void crash() {
  try {
    llmbridge::ask("hello");
  } catch (const llmbridge::error &failure) {
    print("error " + failure.code() + " " + failure.exit_kind() + " " + std::to_string(failure.exit_value()));
  }
  print_error_of([] { llmbridge::ask("hello"); });
}

void bad_input() {
  print_error_of([] { llmbridge::ask(""); });
  answer();
}

void bad_setting() {
  try {
    llmbridge::ask("hello");
  } catch (const llmbridge::error &failure) {
    const bool names = std::string(failure.what()).find("LLMBRIDGE_SLOTS") != std::string::npos;
    print("error " + failure.code());
    print(std::string("names LLMBRIDGE_SLOTS ") + (names ? "true" : "false"));
  }
}

void cancel() {
  llmbridge::bridge bridge;
  llmbridge::call call = bridge.stream("hello");
  print_error_of([&call] {
    for (bool first = true; auto piece = call.read(); first = false) {
      if (first) print_piece(*piece);
      call.cancel();
    }
  });
}

void many_threads() {
  constexpr int items = 50, thread_count = 8;
  llmbridge::bridge bridge;
  std::atomic<int> next{0}, right{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < thread_count; i++) {
    threads.emplace_back([&] {
      for (int item = next++; item < items; item = next++) {
        const std::string prompt = "item " + std::to_string(item);
        if (bridge.ask(prompt).text == prompt) right++;
      }
    });
  }
  for (std::thread &thread : threads) thread.join();
  print("right " + std::to_string(right));
}

void children() {
  const pid_t child = fork();
  if (child == 0) {
    execl("/bin/sh", "sh", "-c", "exit 7", nullptr);
    _exit(127);
  }
  const std::string text = llmbridge::ask("hello");
  int status = 0;
  waitpid(child, &status, 0);
  print("text " + text);
  print("child " + std::to_string(WEXITSTATUS(status)));
}

void exit_in_flight() {
  llmbridge::bridge bridge;
  llmbridge::call call = bridge.stream("hello");
  call.read();
  print("worker " + std::to_string(bridge.worker_pid()));
  std::exit(0);  // destroys neither
}

}  // namespace

int main(int count, char **arguments) {
  const std::map<std::string, void (*)()> scenarios = {
      {"answer", answer},
      {"stream", stream},
      {"embed", embed},
      {"deadline", deadline},
      {"crash", crash},
      {"bad_input", bad_input},
      {"bad_setting", bad_setting},
      {"cancel", cancel},
      {"many_threads", many_threads},
      {"children", children},
      {"exit_in_flight", exit_in_flight},
  };
  const auto found = scenarios.find(count == 2 ? arguments[1] : "");
  if (found == scenarios.end()) return 2;
  found->second();
  return 0;
}
