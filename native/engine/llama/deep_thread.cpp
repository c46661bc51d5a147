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

}  // namespace

// MAP_GROWSDOWN makes the kernel count the mapping as stack and not as data: RLIMIT_DATA, which is memory_mb, counts
// what is mapped and not what is used, and would refuse a gigabyte of which some kilobytes are ever touched.
bool deep_thread::start(size_t bytes) {
  void *stack = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK | MAP_GROWSDOWN, -1, 0);
  if (stack == MAP_FAILED) return false;
  stack_ = stack;
  stack_bytes_ = bytes;
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) == 0) {
    started_ =
        pthread_attr_setstack(&attributes, stack, bytes) == 0 && pthread_create(&thread_, &attributes, main, this) == 0;
    pthread_attr_destroy(&attributes);
  }
  if (!started_) munmap(stack, bytes);
  return started_;
}

deep_thread::deep_thread() {
  for (size_t bytes = stack_bytes_max; bytes >= stack_bytes_min && !start(bytes); bytes /= 2) continue;
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
