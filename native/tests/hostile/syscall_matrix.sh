#!/usr/bin/env bash
# Every system call that the host's side of the library makes fails once, at each of its first occurrences, with every
# error that is plausible for it. Each run must end by itself with a clean error or success; the next call must work.
#
#   syscall_matrix.sh PROGRAM [OCCURRENCES [SAMPLE]]
#
# PROGRAM is hostile_syscall_host. OCCURRENCES is 8 if not given; with SAMPLE only every SAMPLE-th run is done. Exit
# status: 0 if all is well, 1 if a run was not clean, 77 if strace is missing or may not trace.
set -u
program=$1
occurrences=${2:-8}
sample=${3:-1}
command -v strace >/dev/null || { echo "skip: no strace"; exit 77; }
strace -o /dev/null -e trace=getpid true 2>/dev/null || { echo "skip: strace may not trace here"; exit 77; }

matrix="
memfd_create:EMFILE memfd_create:ENOMEM memfd_create:ENOSYS
ftruncate:ENOSPC ftruncate:EINTR
fcntl:EMFILE fcntl:EINVAL
mmap:ENOMEM
madvise:EINVAL
eventfd2:EMFILE eventfd2:ENFILE eventfd2:ENOMEM
socketpair:EMFILE socketpair:ENFILE socketpair:ENOBUFS
sendmsg:EAGAIN sendmsg:EINTR sendmsg:ENOBUFS sendmsg:ENOMEM sendmsg:EPIPE sendmsg:ETOOMANYREFS
recvmsg:EAGAIN recvmsg:EINTR recvmsg:ENOMEM recvmsg:ECONNRESET
ppoll:EINTR ppoll:ENOMEM ppoll:EINVAL
read:EINTR read:EAGAIN
write:EINTR write:EAGAIN
clone:EAGAIN clone:ENOMEM clone:EPERM
pidfd_open:EMFILE pidfd_open:ENOSYS pidfd_open:ENOMEM
pidfd_send_signal:EPERM pidfd_send_signal:ESRCH
waitid:ECHILD waitid:EINTR waitid:EINVAL
getcwd:ENOENT
newfstatat:EACCES newfstatat:ENOMEM
access:EACCES
prlimit64:EPERM
rt_sigprocmask:EINVAL
munmap:EINVAL
"
runs=0 odd=0 number=0
for entry in $matrix; do
  call=${entry%%:*} error=${entry##*:}
  # What the loader and the C library do before main is not meant.
  base=$(strace -e trace="$call" "$program" nothing 2>&1 | grep -c "^$call(")
  for ((nth = 1; nth <= occurrences; nth++)); do
    number=$((number + 1))
    [ $((number % sample)) -eq 0 ] || continue
    # Only the host is traced (no -f): keeper and engine have tests of their own.
    said=$(timeout 60 strace -o /dev/null -e trace="$call" -e inject="$call":error="$error":when=$((base + nth)) \
      "$program" 2>&1)
    status=$?
    runs=$((runs + 1))
    if [ $status -ne 0 ]; then
      odd=$((odd + 1))
      printf '%s %s at %d: status %d: %s\n' "$call" "$error" "$nth" "$status" "$said"
    fi
  done
done
echo "$runs runs, $odd not clean"
[ $odd -eq 0 ]
