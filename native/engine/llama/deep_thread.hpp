// A thread with a stack far larger than any other: llama.cpp's pre-tokenizers recurse once per character of unbroken
// text, which overflows an ordinary stack at some 20 kB. The stack is mapped lazily: what is not used costs nothing.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <pthread.h>

namespace llama_engine {

class deep_thread {
 public:
  // Maps the stack of the next deep_thread of this process beforehand: a confined engine may not map such memory.
  static void reserve();

  // Starts the thread, so it must be made before threads are forbidden. Where the system gives no such stack it is a
  // smaller one, or none: then jobs run where they are asked for.
  deep_thread();
  ~deep_thread();
  deep_thread(const deep_thread &) = delete;
  deep_thread &operator=(const deep_thread &) = delete;

  // Bytes of stack that a job may count on.
  size_t stack_bytes() const;

  // Runs the job and waits for its end; calls `waiting` about ten times a second meanwhile. What the job throws is
  // thrown here.
  void run(const std::function<void()> &job, const std::function<void()> &waiting);

 private:
  static void *main(void *self);
  bool start();
  void work();
  void forget_stack();

  void *stack_ = nullptr;
  size_t stack_bytes_ = 0;
  bool started_ = false;
  pthread_t thread_ = {};
  std::mutex mutex_;
  std::condition_variable changed_;
  const std::function<void()> *job_ = nullptr;
  std::exception_ptr problem_;
  bool ended_ = false;
};

}  // namespace llama_engine
