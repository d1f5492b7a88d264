# Finds the C++ Actor Framework 0.17, which Debian packages without a CMake
# config. Defines the imported targets CAF::core and CAF::io.
#
# A thread-sanitized build needs a CAF that is instrumented itself: otherwise
# the sanitizer sees none of the atomics that hand a message from one thread to
# the next, and reports races that are not there. scripts/build-caf-tsan makes
# one; CAF_ROOT names where.

find_path(CAF_INCLUDE_DIR caf/all.hpp HINTS "${CAF_ROOT}/include")
find_library(CAF_CORE_LIBRARY caf_core HINTS "${CAF_ROOT}/lib")
find_library(CAF_IO_LIBRARY caf_io HINTS "${CAF_ROOT}/lib")

if(CAF_INCLUDE_DIR)
  # caf/config.hpp holds the version as one number: 1706 for 0.17.6.
  file(STRINGS "${CAF_INCLUDE_DIR}/caf/config.hpp" caf_version_line REGEX "#define CAF_VERSION [0-9]+")
  string(REGEX MATCH "[0-9]+$" caf_version_number "${caf_version_line}")
  math(EXPR caf_major "${caf_version_number} / 10000")
  math(EXPR caf_minor "${caf_version_number} / 100 % 100")
  math(EXPR caf_patch "${caf_version_number} % 100")
  set(CAF_VERSION "${caf_major}.${caf_minor}.${caf_patch}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CAF
  REQUIRED_VARS CAF_CORE_LIBRARY CAF_IO_LIBRARY CAF_INCLUDE_DIR
  VERSION_VAR CAF_VERSION)

if(CAF_FOUND AND NOT TARGET CAF::core)
  add_library(CAF::core UNKNOWN IMPORTED)
  set_target_properties(CAF::core PROPERTIES
    IMPORTED_LOCATION "${CAF_CORE_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${CAF_INCLUDE_DIR}"
    INTERFACE_LINK_LIBRARIES Threads::Threads)
  add_library(CAF::io UNKNOWN IMPORTED)
  set_target_properties(CAF::io PROPERTIES
    IMPORTED_LOCATION "${CAF_IO_LIBRARY}"
    INTERFACE_LINK_LIBRARIES CAF::core)
endif()
