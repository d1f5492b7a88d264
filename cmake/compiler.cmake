# How our own code is compiled: strict warnings, optional sanitizers, ccache and
# mold where present.

option(AVATAR_WERROR "Warnings are errors, as .ci/run has it" OFF)
option(AVATAR_UNITY "Compile several sources of a library at once: half the time for the whole" OFF)
set(AVATAR_SANITIZE "" CACHE STRING "Sanitizers for everything, e.g. address,undefined or thread")

# Linked by every target of ours; never reaches the libraries we use.
add_library(avatar_warnings INTERFACE)
target_compile_options(avatar_warnings INTERFACE -Wall -Wextra -Wpedantic)
if(AVATAR_WERROR)
  target_compile_options(avatar_warnings INTERFACE -Werror)
endif()

if(AVATAR_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC takes a lambda in a coroutine for one of a header when another file includes it.
  target_compile_options(avatar_warnings INTERFACE -Wno-subobject-linkage)
endif()

if(NOT PROJECT_IS_TOP_LEVEL)
  return() # The rest is for whoever builds the whole.
endif()

# -O3, CMake's own choice, costs build time and buys nothing here.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

if(AVATAR_SANITIZE)
  # -O0: optimising the instrumented templates of Beast and CAF takes longer
  # than the tests gain by it. -g1 keeps line numbers in reports at a fraction of
  # the size of full debug information.
  set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1 -fno-omit-frame-pointer")
  add_compile_options(-fsanitize=${AVATAR_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${AVATAR_SANITIZE})
endif()

if(AVATAR_SANITIZE MATCHES "undefined" AND NOT AVATAR_FUZZ)
  # null: CAF's headers bind a reference to an empty argument tuple that is not
  # there whenever a function without arguments is spawned. Nothing reads it; a
  # null pointer that is read ends in the address sanitizer.
  # alignment: its checks take more than a third of the compile time of Beast's
  # templates. The fuzz targets have it, over the libraries that take bytes apart.
  add_compile_options(-fno-sanitize=null,alignment)
endif()

if(AVATAR_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Asio's fences are invisible to the thread sanitizer, GCC warns of each.
  # Its mutexes and the reactor order the same accesses, and those are seen.
  add_compile_options(-Wno-tsan)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Precompiled headers are cacheable only with these two relaxations.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
  else()
    add_compile_options(-fpch-preprocess)
  endif()
endif()

# Forty test programs in each of three builds: what links them matters.
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM AND CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang" AND NOT AVATAR_FUZZ)
  add_link_options(-fuse-ld=mold)
endif()
