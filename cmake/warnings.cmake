# Warnings, all of them errors, and the sanitizers of a preset. Every target of ours links llmbridge_options.
add_library(llmbridge_options INTERFACE)
target_compile_options(
  llmbridge_options
  INTERFACE -Wall
            -Wextra
            -Werror
            -Wshadow
            -Wvla
            -Wformat=2
            -Wundef
            -Wcast-qual
            $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes>
            $<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes>
            $<$<COMPILE_LANGUAGE:C>:-Wswitch-enum>
            -fno-strict-aliasing
            -fstack-protector-strong)
target_compile_definitions(llmbridge_options INTERFACE _GNU_SOURCE)
# An include names its file from native/src (in the targets that use its headers) or from native/.
target_include_directories(llmbridge_options INTERFACE $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/native>)
# What the loader has filled in nobody writes to afterwards.
target_link_options(llmbridge_options INTERFACE -Wl,-z,relro -Wl,-z,now)
if(LLMBRIDGE_SANITIZE)
  target_compile_options(llmbridge_options INTERFACE -fsanitize=${LLMBRIDGE_SANITIZE} -fno-omit-frame-pointer
                                                     -fno-sanitize-recover=all)
  target_link_options(llmbridge_options INTERFACE -fsanitize=${LLMBRIDGE_SANITIZE})
  if(LLMBRIDGE_SANITIZE MATCHES thread)
    # GCC warns that ThreadSanitizer does not see fences; ours stand between processes, where it sees nothing anyway.
    target_compile_options(llmbridge_options INTERFACE $<$<C_COMPILER_ID:GNU>:-Wno-tsan>)
  endif()
else()
  target_compile_options(llmbridge_options INTERFACE $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=3>)
endif()
