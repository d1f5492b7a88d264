# avatar_library(NAME SOURCES ... [PUBLIC_HEADERS ...] [LINKS ...] [PRIVATE_LINKS ...]
#                [PRECOMPILE ... | PRECOMPILED_BY LIBRARY])
# One folder as a static library avatar_NAME, alias avatar::NAME.
# Headers are included from the top: "protocol/wire.hpp". Those that are public, installed
# under avatar_pool/, include each other by relative paths: that works here and there.
function(avatar_library name)
  cmake_parse_arguments(LIBRARY "" "PRECOMPILED_BY"
    "SOURCES;PUBLIC_HEADERS;LINKS;PRIVATE_LINKS;PRECOMPILE" ${ARGN})
  set(target avatar_${name})
  add_library(${target} STATIC ${LIBRARY_SOURCES})
  add_library(avatar::${name} ALIAS ${target})
  target_include_directories(${target} PUBLIC "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${target}
    PUBLIC ${LIBRARY_LINKS}
    PRIVATE avatar_warnings ${LIBRARY_PRIVATE_LINKS})
  if(LIBRARY_PRECOMPILE)
    target_precompile_headers(${target} PRIVATE ${LIBRARY_PRECOMPILE})
  elseif(LIBRARY_PRECOMPILED_BY)
    target_precompile_headers(${target} REUSE_FROM avatar_${LIBRARY_PRECOMPILED_BY})
  endif()
  set_target_properties(${target} PROPERTIES
    UNITY_BUILD ${AVATAR_UNITY}
    UNITY_BUILD_BATCH_SIZE 8)
  set_property(GLOBAL APPEND PROPERTY AVATAR_LIBRARIES ${target})
  list(TRANSFORM LIBRARY_PUBLIC_HEADERS PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
  set_property(GLOBAL APPEND PROPERTY AVATAR_PUBLIC_HEADERS ${LIBRARY_PUBLIC_HEADERS})
endfunction()

# avatar_test(NAME [SOCKETS] SOURCES ... [LINKS ...])
# One test program tests/NAME, run by CTest under that name. Built on CAF's
# unit test engine; exits non-zero when a check fails. SOCKETS: it includes Asio or Beast.
# Several sources are compiled at once, which takes a third of the time: names in their
# unnamed namespaces differ.
function(avatar_test name)
  cmake_parse_arguments(TEST "SOCKETS" "" "SOURCES;LINKS" ${ARGN})
  set(engine avatar_test_main)
  if(TEST_SOCKETS)
    set(engine avatar_socket_test_main)
  endif()
  string(REPLACE "/" "_" target "test_${name}")
  add_executable(${target} ${TEST_SOURCES})
  target_link_libraries(${target} PRIVATE ${engine} avatar_warnings ${TEST_LINKS})
  target_precompile_headers(${target} REUSE_FROM ${engine})
  set_target_properties(${target} PROPERTIES
    UNITY_BUILD ON
    UNITY_BUILD_BATCH_SIZE 6
    UNITY_BUILD_CODE_BEFORE_INCLUDE "#undef CAF_SUITE")
  add_test(NAME ${name} COMMAND ${target} -r 0 -v 5) # CTest has the time limit; it shows what failed only.
  set_tests_properties(${name} PROPERTIES TIMEOUT 300)
endfunction()
