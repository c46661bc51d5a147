#include "engine/llama/deep_thread.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <utility>

namespace llama_engine {
namespace {

constexpr size_t stack_bytes_max = size_t{1} << 30;
constexpr size_t stack_bytes_min = size_t{16} << 20;
// What the thread that asks has left where there is no deep one: the usual 8 MiB, less what lies on it already.
constexpr size_t shallow_stack_bytes = size_t{4} << 20;
constexpr size_t stack_kept_bytes = size_t{1} << 20;
constexpr std::chrono::milliseconds waiting_interval{100};

struct stack_memory {
  void *address = nullptr;
  size_t bytes = 0;
};

std::mutex reserved_mutex;
stack_memory reserved;

// MAP_GROWSDOWN makes the kernel count the mapping as stack and not as data: RLIMIT_DATA, which is memory_mb, counts
// what is mapped and not what is used, and would refuse a gigabyte of which some kilobytes are ever touched.
stack_memory stack_map() {
  for (size_t bytes = stack_bytes_max; bytes >= stack_bytes_min; bytes /= 2) {
    void *address = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK | MAP_GROWSDOWN, -1, 0);
    if (address != MAP_FAILED) return {address, bytes};
  }
  return {};
}

stack_memory stack_take() {
  std::lock_guard lock(reserved_mutex);
  stack_memory taken = std::exchange(reserved, {});
  return taken.address != nullptr ? taken : stack_map();
}

}  // namespace

void deep_thread::reserve() {
  std::lock_guard lock(reserved_mutex);
  if (reserved.address == nullptr) reserved = stack_map();
}

bool deep_thread::start() {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  bool is_started = pthread_attr_setstack(&attributes, stack_, stack_bytes_) == 0 &&
                    pthread_create(&thread_, &attributes, main, this) == 0;
  pthread_attr_destroy(&attributes);
  return is_started;
}

deep_thread::deep_thread() {
  stack_memory stack = stack_take();
  if (stack.address == nullptr) return;
  stack_ = stack.address;
  stack_bytes_ = stack.bytes;
  started_ = start();
  if (!started_) munmap(stack_, stack_bytes_);
}

deep_thread::~deep_thread() {
  if (!started_) return;
  {
    std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  pthread_join(thread_, nullptr);
  munmap(stack_, stack_bytes_);
}

size_t deep_thread::stack_bytes() const {
  return started_ ? stack_bytes_ : shallow_stack_bytes;
}

void *deep_thread::main(void *self) {
  static_cast<deep_thread *>(self)->work();
  return nullptr;
}

// Gives back what a deep job has touched below here.
void deep_thread::forget_stack() {
  uintptr_t here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  uintptr_t begin = reinterpret_cast<uintptr_t>(stack_);
  uintptr_t end = (here - stack_kept_bytes) & ~uintptr_t{0xffff};
  if (here - begin > stack_kept_bytes && end > begin) madvise(stack_, end - begin, MADV_DONTNEED);
}

void deep_thread::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return job_ != nullptr || ended_; });
    if (ended_) return;
    lock.unlock();
    std::exception_ptr problem;
    try {
      (*job_)();
    } catch (...) {
      problem = std::current_exception();
    }
    forget_stack();
    lock.lock();
    problem_ = problem;
    job_ = nullptr;
    changed_.notify_all();
  }
}

void deep_thread::run(const std::function<void()> &job, const std::function<void()> &waiting) {
  if (!started_) {
    job();
    return;
  }
  std::unique_lock lock(mutex_);
  job_ = &job;
  changed_.notify_all();
  while (!changed_.wait_for(lock, waiting_interval, [this] { return job_ == nullptr; })) {
    if (waiting) waiting();
  }
  std::exception_ptr problem = std::exchange(problem_, nullptr);
  lock.unlock();
  if (problem) std::rethrow_exception(problem);
}

}  // namespace llama_engine
