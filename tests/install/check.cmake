# Installs weft (KIND static: the build in BUILD; shared: one of its own) below WORK, builds consumer/main.cpp against it
# with CMake and with pkg-config, and runs both.

function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    list(JOIN ARGV " " command)
    message(FATAL_ERROR "${command}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(check_greeting program)
  run(${program})
  if(NOT output STREQUAL "tick\ntock\njoined 2 tasks\n")
    message(FATAL_ERROR "${program} printed:\n${output}")
  endif()
endfunction()

set(prefix ${WORK}/prefix)
file(REMOVE_RECURSE ${prefix} ${WORK}/cmake ${WORK}/pkgconfig)
file(MAKE_DIRECTORY ${WORK}/pkgconfig)

if(KIND STREQUAL "shared")
  run(${CMAKE_COMMAND} -G Ninja -S ${ROOT} -B ${WORK}/shared -DBUILD_SHARED_LIBS=ON -DWEFT_BUILD_TESTS=OFF
    -DWEFT_BUILD_APPS=OFF -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_BUILD_TYPE=Release "-DCMAKE_CXX_FLAGS_RELEASE=-O2 -DNDEBUG")
  run(${CMAKE_COMMAND} --build ${WORK}/shared)
  set(BUILD ${WORK}/shared)
endif()
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})

run(${CMAKE_COMMAND} -G Ninja -S ${CMAKE_CURRENT_LIST_DIR}/consumer -B ${WORK}/cmake -DCMAKE_PREFIX_PATH=${prefix}
  -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_BUILD_TYPE=Debug)
run(${CMAKE_COMMAND} --build ${WORK}/cmake)
check_greeting(${WORK}/cmake/consumer)

set(ENV{PKG_CONFIG_PATH} ${prefix}/${LIBDIR}/pkgconfig)
run(pkg-config --cflags --libs weft)
separate_arguments(flags UNIX_COMMAND "${output}")
run(${CXX} ${CMAKE_CURRENT_LIST_DIR}/consumer/main.cpp -o ${WORK}/pkgconfig/consumer ${flags})
set(ENV{LD_LIBRARY_PATH} ${prefix}/${LIBDIR})
check_greeting(${WORK}/pkgconfig/consumer)

if(KIND STREQUAL "static" AND PROGRAMS)
  run(${prefix}/bin/weft-get --version)
endif()
