#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "platform/os_confine.h"

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

/* A call by its number, where the headers of the oldest system we build on do not name it. */
enum { CALL_MOUNT_SETATTR = 442, CALL_OPEN_TREE = 428, CALL_MOVE_MOUNT = 429, CALL_FSOPEN = 430, CALL_FSMOUNT = 432 };

/* What a loaded engine never does again. It computes, waits, and talks through what it has. */
static const unsigned forbidden[] = {
    /* programs, processes, threads */
    SYS_execve, SYS_execveat, SYS_fork, SYS_vfork, SYS_clone, SYS_clone3, SYS_unshare, SYS_setns,
    /* files and places */
    SYS_open, SYS_openat, SYS_openat2, SYS_creat, SYS_open_by_handle_at, SYS_unlink, SYS_unlinkat, SYS_rename,
    SYS_renameat, SYS_renameat2, SYS_mkdir, SYS_mkdirat, SYS_rmdir, SYS_link, SYS_linkat, SYS_symlink, SYS_symlinkat,
    SYS_truncate, SYS_chmod, SYS_fchmodat, SYS_chown, SYS_lchown, SYS_fchownat, SYS_mknod, SYS_mknodat, SYS_chdir,
    SYS_fchdir, SYS_chroot, SYS_pivot_root, SYS_mount, SYS_umount2, CALL_MOUNT_SETATTR, CALL_OPEN_TREE, CALL_MOVE_MOUNT,
    CALL_FSOPEN, CALL_FSMOUNT,
    /* the network and new ways out */
    SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen, SYS_accept, SYS_accept4, SYS_memfd_create,
    SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register,
    /* others, and the kernel */
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_pidfd_open, SYS_pidfd_getfd, SYS_pidfd_send_signal,
    SYS_kcmp, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_keyctl, SYS_add_key, SYS_request_key, SYS_init_module,
    SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_kexec_file_load, SYS_reboot, SYS_swapon, SYS_swapoff,
    SYS_setuid, SYS_setgid, SYS_setreuid, SYS_setregid, SYS_setresuid, SYS_setresgid, SYS_setgroups, SYS_capset,
    SYS_personality, SYS_quotactl, SYS_acct, SYS_settimeofday, SYS_clock_settime, SYS_sethostname, SYS_setdomainname};

enum { FORBIDDEN_COUNT = sizeof forbidden / sizeof forbidden[0], FILTER_SIZE_MAX = 2 * FORBIDDEN_COUNT + 32 };

struct filter {
  struct sock_filter steps[FILTER_SIZE_MAX];
  unsigned short count;
};

static void add(struct filter *filter, unsigned code, unsigned value, unsigned if_true, unsigned if_false) {
  filter->steps[filter->count++] =
      (struct sock_filter){(unsigned short)code, (unsigned char)if_true, (unsigned char)if_false, value};
}

static void add_load(struct filter *filter, size_t offset) {
  add(filter, BPF_LD | BPF_W | BPF_ABS, (unsigned)offset, 0, 0);
}

static void add_verdict(struct filter *filter, unsigned verdict) {
  add(filter, BPF_RET | BPF_K, verdict, 0, 0);
}

/* Signals go to this very process or nowhere: what ends a process after an abort needs that much. */
static void add_signal_rule(struct filter *filter, unsigned call, unsigned own_pid) {
  add(filter, BPF_JMP | BPF_JEQ | BPF_K, call, 0, 4);
  add_load(filter, offsetof(struct seccomp_data, args[0]));
  add(filter, BPF_JMP | BPF_JEQ | BPF_K, own_pid, 1, 0);
  add_verdict(filter, SECCOMP_RET_ERRNO | EPERM);
  add_verdict(filter, SECCOMP_RET_ALLOW);
}

static void build(struct filter *filter) {
  const unsigned own_pid = (unsigned)getpid();
  const unsigned x32_bit = 0x40000000u;
  add_load(filter, offsetof(struct seccomp_data, arch));
  add(filter, BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
  add_verdict(filter, SECCOMP_RET_KILL_PROCESS);
  add_load(filter, offsetof(struct seccomp_data, nr));
  add(filter, BPF_JMP | BPF_JGE | BPF_K, x32_bit, 0, 1);
  add_verdict(filter, SECCOMP_RET_KILL_PROCESS);
  for (unsigned i = 0; i < FORBIDDEN_COUNT; i++) {
    add(filter, BPF_JMP | BPF_JEQ | BPF_K, forbidden[i], 0, 1);
    add_verdict(filter, SECCOMP_RET_ERRNO | EPERM);
  }
  add_signal_rule(filter, SYS_kill, own_pid);
  add_signal_rule(filter, SYS_tgkill, own_pid);
  add(filter, BPF_JMP | BPF_JEQ | BPF_K, SYS_tkill, 0, 1);
  add_verdict(filter, SECCOMP_RET_ERRNO | EPERM);
  add_verdict(filter, SECCOMP_RET_ALLOW);
}

uint32_t os_confine_calls(void) {
  struct filter filter = {.count = 0};
  build(&filter);
  const struct sock_fprog program = {.len = filter.count, .filter = filter.steps};
  const long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
  return result == 0 ? OS_CONFINE_CALLS : 0;
}

#else

/* A sanitizer's runtime starts a thread and opens files when the process ends. */
uint32_t os_confine_calls(void) {
  return 0;
}

#endif
