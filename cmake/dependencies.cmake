# Every library the project links, found once. scripts/install-dependencies
# installs them on Debian.

find_package(Threads REQUIRED)
find_package(CAF 0.17.6 REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(Boost 1.81 REQUIRED CONFIG COMPONENTS url)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(SNDFILE REQUIRED IMPORTED_TARGET sndfile)
pkg_check_modules(OGG REQUIRED IMPORTED_TARGET ogg)
pkg_check_modules(OPUSENC REQUIRED IMPORTED_TARGET libopusenc)
pkg_check_modules(SOXR REQUIRED IMPORTED_TARGET soxr)
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)

# protozero ships headers only, without a CMake config.
find_path(PROTOZERO_INCLUDE_DIR protozero/pbf_reader.hpp REQUIRED)
add_library(protozero INTERFACE IMPORTED)
target_include_directories(protozero SYSTEM INTERFACE "${PROTOZERO_INCLUDE_DIR}")

# Boost.Asio and Beast, with the settings every library must share.
add_library(avatar_asio_headers INTERFACE)
target_link_libraries(avatar_asio_headers INTERFACE Boost::headers Threads::Threads)
target_compile_definitions(avatar_asio_headers INTERFACE
  BOOST_ASIO_NO_DEPRECATED
  BOOST_ASIO_DISABLE_BOOST_COROUTINE)

# What of them is no template is compiled once. With -O3, which makes Beast's masking of
# what a client sends ten times as fast.
add_library(avatar_asio STATIC EXCLUDE_FROM_ALL "${CMAKE_CURRENT_LIST_DIR}/asio.cpp")
target_link_libraries(avatar_asio PUBLIC avatar_asio_headers PRIVATE OpenSSL::SSL)
target_compile_definitions(avatar_asio PUBLIC
  BOOST_ASIO_SEPARATE_COMPILATION
  BOOST_BEAST_SEPARATE_COMPILATION)
target_compile_options(avatar_asio PRIVATE $<$<CONFIG:Release,RelWithDebInfo>:-O3>)
