# What a program needs that is built with the installed library: the packages that own the files
# which its CMake package, its pkg-config file and its headers lead to on this system. What any
# C++ compiler brings is left out.

# The packages that own some files, each once, or an error for a file that has none.
function(find_owners result)
  set(files "")
  foreach(file IN LISTS ARGN)
    cmake_path(NORMAL_PATH file)
    list(APPEND files "${file}")
  endforeach()
  # /lib is a link to /usr/lib, and Debian 12 has files under either name.
  set(others "${files}")
  list(TRANSFORM others REPLACE "^/usr/" "/")
  execute_process(COMMAND dpkg-query --search ${files} ${others} OUTPUT_VARIABLE found ERROR_QUIET)
  string(REPLACE "\n" ";" found "${found}")
  foreach(line IN LISTS found)
    # "libfmt-dev:amd64: /usr/include/fmt/core.h", or several packages with commas between.
    if(line MATCHES "^([a-z0-9][a-z0-9+.-]+)[^/]*: (/.+)$")
      set("owner_of_${CMAKE_MATCH_2}" "${CMAKE_MATCH_1}")
    endif()
  endforeach()
  set(owners "")
  foreach(file other IN ZIP_LISTS files others)
    if(DEFINED "owner_of_${file}")
      list(APPEND owners "${owner_of_${file}}")
    elseif(DEFINED "owner_of_${other}")
      list(APPEND owners "${owner_of_${other}}")
    else()
      message(FATAL_ERROR "No package has ${file}, which programs that link the library need; "
        "expected the packages of scripts/install-dependencies")
    endif()
  endforeach()
  list(REMOVE_DUPLICATES owners)
  set(${result} "${owners}" PARENT_SCOPE)
endfunction()

# "libfmt-dev (>= 9.1.0+ds1)": what is compiled against one version may need it or a later one.
function(find_development_dependencies prefix result)
  set(work "${prefix}/../../probe")
  execute_process(
    COMMAND "${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/probe" -B "${work}" -G Ninja
      "-DINSTALLED=${prefix}"
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
  file(STRINGS "${work}/needed.txt" needed)
  file(STRINGS "${work}/compiler.txt" compiler)
  file(REMOVE_RECURSE "${work}")
  find_owners(packages ${needed})
  find_owners(of_compiler ${compiler})
  list(REMOVE_ITEM packages ${of_compiler})
  list(SORT packages)
  set(dependencies "")
  foreach(package IN LISTS packages)
    execute_process(COMMAND dpkg-query --show "--showformat=\${Version}" "${package}"
      OUTPUT_VARIABLE version COMMAND_ERROR_IS_FATAL ANY)
    string(REGEX REPLACE "-[^-]*$" "" version "${version}") # Without the revision of Debian.
    list(APPEND dependencies "${package} (>= ${version})")
  endforeach()
  list(JOIN dependencies ", " dependencies)
  set(${result} "${dependencies}" PARENT_SCOPE)
endfunction()
