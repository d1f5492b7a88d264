# The packages of Debian that `cpack` makes in the build folder, of what is installed: avatar-pool
# and libavatar-pool-dev. scripts/package makes them as Debian builds its own. What depends on
# the system that they are made on is found out then: see cmake/debian/complete.cmake.

set(CPACK_GENERATOR DEB)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_COMPONENTS_ALL program development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_PRE_BUILD_SCRIPTS "${CMAKE_CURRENT_LIST_DIR}/debian/complete.cmake")
set(CPACK_AVATAR_SOURCE_DIR "${PROJECT_SOURCE_DIR}")
set(CPACK_AVATAR_VERSION_DATE "${AVATAR_VERSION_DATE}")

set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT) # NAME_VERSION_ARCHITECTURE.deb
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME avatar-pool)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
# What a service's certificate is checked against.
set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION
"pool of long-lived sessions of an avatar service
An avatar service takes speech over a WebSocket and sends back frames of
animation. avatar-pool opens many such connections and keeps them, hands each
request to an idle one, replaces those that die, and reports what became of
every request.
.
It tests a service under load. A local service to try it on is built in.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libavatar-pool-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SOURCE avatar-pool)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
# Its emulator is a service to try programs on.
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS avatar-pool)
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
"pool of long-lived sessions of an avatar service (development files)
An avatar service takes speech over a WebSocket and sends back frames of
animation. The library opens many such connections and keeps them, hands each
request of an application to an idle one, and replaces those that die.
.
This package has the library as an archive, its headers, and what CMake and
pkg-config need to find them.")

include(CPack)
