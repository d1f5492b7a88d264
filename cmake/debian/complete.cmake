# Run by CPack when the files of each package lie in a folder of their own: adds what Debian
# wants in every package, and finds out its maintainer and its dependencies.

include("${CMAKE_CURRENT_LIST_DIR}/dependencies.cmake")

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# Whoever packages, as Debian's tools have it, or else who made the last commit.
function(find_maintainer result)
  foreach(part name=DEBFULLNAME=%an mail=DEBEMAIL=%ae)
    string(REPLACE "=" ";" part "${part}")
    list(POP_FRONT part variable environment format)
    set(${variable} "$ENV{${environment}}")
    if(NOT ${variable})
      execute_process(COMMAND git log -1 --format=${format}
        WORKING_DIRECTORY "${CPACK_AVATAR_SOURCE_DIR}"
        OUTPUT_VARIABLE ${variable} OUTPUT_STRIP_TRAILING_WHITESPACE)
    endif()
    if(NOT ${variable})
      message(FATAL_ERROR "The maintainer is not known: there is no commit; "
        "expected DEBFULLNAME and DEBEMAIL in the environment")
    endif()
  endforeach()
  set(${result} "${name} <${mail}>" PARENT_SCOPE)
endfunction()

# LICENSE in the form of https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
function(write_copyright file)
  file(READ "${CPACK_AVATAR_SOURCE_DIR}/LICENSE" license)
  string(REGEX MATCH "Copyright \\(c\\) ([^\n]+)\n+(.*)" matched "${license}")
  set(holder "${CMAKE_MATCH_1}")
  string(STRIP "${CMAKE_MATCH_2}" text)
  string(REPLACE "\n" "\n " text "${text}")
  string(REPLACE "\n \n" "\n .\n" text "${text}")
  file(WRITE "${file}"
    "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
    "Upstream-Name: avatar-pool\n\n"
    "Files: *\nCopyright: ${holder}\nLicense: Expat\n ${text}\n")
endfunction()

# The version is the project's own, without a revision of Debian's: then there is one changelog
# and it is called so.
function(write_changelog file maintainer)
  execute_process(COMMAND date --utc --rfc-email "--date=${CPACK_AVATAR_VERSION_DATE}"
    OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  file(WRITE "${file}"
    "avatar-pool (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium\n\n"
    "  * CHANGELOG.md.gz, beside this file, says what changed.\n\n"
    " -- ${maintainer}  ${date}\n")
endfunction()

function(add_documents folder package maintainer)
  set(documents "${folder}/usr/share/doc/${package}")
  file(MAKE_DIRECTORY "${documents}")
  write_copyright("${documents}/copyright")
  write_changelog("${documents}/changelog" "${maintainer}")
  file(COPY "${CPACK_AVATAR_SOURCE_DIR}/CHANGELOG.md" DESTINATION "${documents}")
  file(GLOB pages "${folder}/usr/share/man/man*/*")
  run(gzip -9nf "${documents}/changelog" "${documents}/CHANGELOG.md" ${pages})
endfunction()

set(program "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/program")
set(development "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/development")

find_maintainer(CPACK_DEBIAN_PACKAGE_MAINTAINER)
add_documents("${program}" avatar-pool "${CPACK_DEBIAN_PACKAGE_MAINTAINER}")
add_documents("${development}" libavatar-pool-dev "${CPACK_DEBIAN_PACKAGE_MAINTAINER}")

# As dh_strip does. An archive needs its symbols.
set(notes --remove-section=.comment --remove-section=.note)
run(strip ${notes} "${program}/usr/bin/avatar-pool")
file(GLOB_RECURSE archive "${development}/usr/lib/libavatar-pool.a")
run(strip --strip-debug --enable-deterministic-archives ${notes} "${archive}")

# Whatever the umask of who packages.
run(chmod -R u=rwX,go=rX "${program}" "${development}")

find_development_dependencies("${development}/usr" CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS)
