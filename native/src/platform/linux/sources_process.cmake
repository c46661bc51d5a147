target_sources(
  llmbridge_internal PRIVATE linux/os_handle.c linux/os_identity.c linux/os_local.c linux/os_socket.c linux/os_process.c linux/os_process_detached.c linux/os_process_memory.c linux/os_process_spawn.c linux/os_path.c
                             linux/os_fork.c)
