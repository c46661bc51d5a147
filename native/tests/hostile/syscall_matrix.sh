#!/usr/bin/env bash
# Every system call that the host's side of the library makes fails once, at each of its first occurrences, with every
# error that is plausible for it, in every way to use the library. Each run must end by itself with a clean error or
# success; the next call must work.
#
#   syscall_matrix.sh PROGRAM quick|full
#
# PROGRAM is hostile_syscall_host. full does all runs, quick every 60th. Exit status: 0 if all is well, 1 if a run was
# not clean, 77 if strace is missing or may not trace.
set -u
program=$1
case ${2-} in
  full) sample=1 ;;
  quick) sample=60 ;;
  *) echo "usage: $0 PROGRAM quick|full" >&2; exit 2 ;;
esac
occurrences_max=8
uses="whole pieces tokens pump simple"
command -v strace >/dev/null || { echo "skip: no strace"; exit 77; }
strace -o /dev/null -e trace=getpid true 2>/dev/null || { echo "skip: strace may not trace here"; exit 77; }

matrix="
memfd_create:EMFILE memfd_create:ENFILE memfd_create:ENOMEM memfd_create:ENOSYS
ftruncate:ENOSPC ftruncate:EINTR ftruncate:EFBIG
fcntl:EMFILE fcntl:EINVAL fcntl:EPERM
mmap:ENOMEM mmap:EAGAIN mmap:EPERM
mprotect:ENOMEM
brk:ENOMEM
madvise:EINVAL
eventfd2:EMFILE eventfd2:ENFILE eventfd2:ENOMEM
socketpair:EMFILE socketpair:ENFILE socketpair:ENOBUFS
sendmsg:EAGAIN sendmsg:EINTR sendmsg:ENOBUFS sendmsg:ENOMEM sendmsg:EPIPE sendmsg:ETOOMANYREFS
recvmsg:EAGAIN recvmsg:EINTR recvmsg:ENOMEM recvmsg:ECONNRESET
shutdown:ENOTCONN
ppoll:EINTR ppoll:ENOMEM ppoll:EINVAL
read:EINTR read:EAGAIN
write:EINTR write:EAGAIN
close:EINTR close:EIO
clone:EAGAIN clone:ENOMEM clone:EPERM
pidfd_open:EMFILE pidfd_open:ENOSYS pidfd_open:ENOMEM
pidfd_send_signal:EPERM pidfd_send_signal:ESRCH
waitid:ECHILD waitid:EINTR waitid:EINVAL
getcwd:ENOENT getcwd:EACCES
newfstatat:EACCES newfstatat:ENOMEM
access:EACCES
openat:EMFILE openat:EACCES
prlimit64:EPERM
sched_getaffinity:EINVAL
getrandom:ENOSYS
rt_sigprocmask:EINVAL
munmap:EINVAL munmap:ENOMEM
"
runs=0 odd=0 number=0
for use in $uses; do
  # How often each call is made: alone by the loader and the program, which is not meant, and with the library at work.
  alone=$(strace "$program" nothing 2>&1)
  all=$(strace "$program" "$use" 2>&1)
  for entry in $matrix; do
    call=${entry%%:*} error=${entry##*:}
    base=$(grep -c "^$call(" <<<"$alone")
    made=$(($(grep -c "^$call(" <<<"$all") - base))
    for ((nth = 1; nth <= occurrences_max && nth <= made; nth++)); do
      number=$((number + 1))
      [ $((number % sample)) -eq 0 ] || continue
      # Only the host is traced (no -f): keeper and engine have tests of their own.
      said=$(timeout 60 strace -o /dev/null -e trace="$call" -e inject="$call":error="$error":when=$((base + nth)) \
        "$program" "$use" 2>&1)
      status=$?
      runs=$((runs + 1))
      if [ $status -ne 0 ]; then
        odd=$((odd + 1))
        printf '%s: %s %s at %d: status %d: %s\n' "$use" "$call" "$error" "$nth" "$status" "$said"
      fi
    done
  done
done
echo "$runs of $number runs, $odd not clean"
[ $odd -eq 0 ]
