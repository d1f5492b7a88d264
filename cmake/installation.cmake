# What is installed: the program with its manual page, completions and example of a config
# file; and the library for applications, one archive of all folders with the public headers
# under avatar_pool/, a CMake package and a pkg-config file. The target `installation` builds
# what is needed for that.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

get_property(libraries GLOBAL PROPERTY AVATAR_LIBRARIES)
list(TRANSFORM libraries REPLACE "(.+)" "$<TARGET_OBJECTS:\\1>" OUTPUT_VARIABLE objects)
add_library(avatar_pool_archive STATIC ${objects} $<TARGET_OBJECTS:avatar_asio>)
add_library(avatar-pool::avatar-pool ALIAS avatar_pool_archive)
set_target_properties(avatar_pool_archive PROPERTIES
  EXPORT_NAME avatar-pool
  OUTPUT_NAME avatar-pool
  LINKER_LANGUAGE CXX)
target_compile_features(avatar_pool_archive INTERFACE cxx_std_20)
target_link_libraries(avatar_pool_archive
  PUBLIC CAF::io CAF::core Threads::Threads
  PRIVATE
    Boost::url OpenSSL::SSL OpenSSL::Crypto fmt::fmt spdlog::spdlog
    PkgConfig::OGG PkgConfig::OPUSENC PkgConfig::SNDFILE PkgConfig::SOXR PkgConfig::TOMLPLUSPLUS)

# Targets of this build find the public headers by the same names as users.
file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/include")
file(CREATE_LINK "${PROJECT_SOURCE_DIR}" "${PROJECT_BINARY_DIR}/include/avatar_pool" SYMBOLIC)
target_include_directories(avatar_pool_archive INTERFACE
  $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)

if(NOT PROJECT_IS_TOP_LEVEL)
  return() # A project that builds the library along with its own does not install it.
endif()

# The program prints its manual page and its completions, so that they have the options it has.
set(documents "${PROJECT_BINARY_DIR}/documents")
file(MAKE_DIRECTORY "${documents}")
add_custom_command(
  OUTPUT "${documents}/avatar-pool.1" "${documents}/avatar-pool.bash" "${documents}/_avatar-pool"
  COMMAND avatar-pool manual > "${documents}/avatar-pool.1"
  COMMAND avatar-pool completion bash > "${documents}/avatar-pool.bash"
  COMMAND avatar-pool completion zsh > "${documents}/_avatar-pool"
  DEPENDS avatar-pool
  COMMENT "Printing the manual page and the completions"
  VERBATIM)
set(in_all ALL)
if(AVATAR_SANITIZE)
  set(in_all "") # Nobody installs that build, and it need not run while it is built.
endif()
add_custom_target(avatar_documents ${in_all}
  DEPENDS "${documents}/avatar-pool.1" "${documents}/avatar-pool.bash" "${documents}/_avatar-pool")
add_custom_target(installation)
add_dependencies(installation avatar-pool avatar_pool_archive avatar_documents)

# Zsh looks into site-functions of its own prefix and, in Debian, of /usr/local. Debian's
# packages have theirs in vendor-completions: its zsh does not look into /usr's site-functions.
set(AVATAR_ZSH_COMPLETIONS_DIR "${CMAKE_INSTALL_DATADIR}/zsh/site-functions"
  CACHE STRING "Where the completion for zsh is installed, below the prefix")

install(TARGETS avatar-pool RUNTIME COMPONENT program)
install(FILES "${documents}/avatar-pool.1" COMPONENT program
  DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
install(FILES "${documents}/avatar-pool.bash" COMPONENT program
  DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" RENAME avatar-pool)
install(FILES "${documents}/_avatar-pool" COMPONENT program
  DESTINATION "${AVATAR_ZSH_COMPLETIONS_DIR}")
install(FILES "${PROJECT_SOURCE_DIR}/config/avatar-pool.example.toml" COMPONENT program
  DESTINATION "${CMAKE_INSTALL_DOCDIR}/examples")

install(TARGETS avatar_pool_archive EXPORT avatar-pool ARCHIVE COMPONENT development)

get_property(headers GLOBAL PROPERTY AVATAR_PUBLIC_HEADERS)
foreach(header IN LISTS headers)
  cmake_path(RELATIVE_PATH header BASE_DIRECTORY "${PROJECT_SOURCE_DIR}" OUTPUT_VARIABLE name)
  cmake_path(GET name PARENT_PATH folder)
  install(FILES "${header}" COMPONENT development
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/avatar_pool/${folder}")
endforeach()

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/avatar-pool")
install(EXPORT avatar-pool COMPONENT development
  FILE avatar-poolTargets.cmake
  NAMESPACE avatar-pool::
  DESTINATION "${package_dir}")
configure_package_config_file(
  "${CMAKE_CURRENT_LIST_DIR}/avatar-poolConfig.cmake.in" avatar-poolConfig.cmake
  INSTALL_DESTINATION "${package_dir}"
  NO_SET_AND_CHECK_MACRO)
# Before 1.0 any minor version may change what programs rely on.
write_basic_package_version_file(avatar-poolConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(
  FILES
    "${PROJECT_BINARY_DIR}/avatar-poolConfig.cmake"
    "${PROJECT_BINARY_DIR}/avatar-poolConfigVersion.cmake"
    "${CMAKE_CURRENT_LIST_DIR}/FindCAF.cmake"
  COMPONENT development
  DESTINATION "${package_dir}")

# pkg-config finds the prefix from where the file lies, so that an installation can be moved.
set(pkgconfig_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY
  "${CMAKE_INSTALL_PREFIX}/${pkgconfig_dir}" OUTPUT_VARIABLE prefix_from_pkgconfig)
configure_file("${CMAKE_CURRENT_LIST_DIR}/avatar-pool.pc.in" avatar-pool.pc @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/avatar-pool.pc" COMPONENT development
  DESTINATION "${pkgconfig_dir}")
