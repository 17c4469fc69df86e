# The three things that every target of ours shares: warnings, sanitizers, and the way a test is declared.
# They travel as INTERFACE targets, never as global flags, so generated and third-party code stays as it is.

add_library(gate_warnings INTERFACE)
target_compile_options(gate_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wswitch-enum
  # g++ 12 warns of impossible overlaps inside std::string's own assignment once -O3 has inlined it (gcc bug 105651).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
  # clang blames us for the deprecated function that libstdc++ 12 uses inside std::stable_sort.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>
  $<$<BOOL:${GATE_WARNINGS_AS_ERRORS}>:-Werror>
  # Below half a GiB g++ collects no garbage: a source leaves less than that behind. A test of the protocol takes 2.8 s, not 3.4.
  $<$<CXX_COMPILER_ID:GNU>:--param=ggc-min-heapsize=524288>)

if(GATE_SANITIZE)
  add_compile_options(-fsanitize=${GATE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${GATE_SANITIZE})
endif()
if(GATE_BUILD_FUZZERS)
  add_custom_target(fuzzers COMMENT "Every libFuzzer target")
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
endif()

# What is run once and never measured or shipped is compiled faster than it could be: half of the time of -O3, four fifths of
# that of -O1. (Of -O0 as well: it writes out every inline function.) With -Og g++ takes moved variants and optionals for
# uninitialised; presets that optimise keep this warning.
set(GATE_LIGHT_OPTIONS $<$<CONFIG:Release>:-Og>
  $<$<AND:$<CONFIG:Release>,$<CXX_COMPILER_ID:GNU>>:-Wno-maybe-uninitialized>)

# gate_compile_lightly(TARGET): presets with tests ship nothing. What decides is optimised there as well, so that tests run the
# code that ships.
function(gate_compile_lightly name)
  if(GATE_BUILD_TESTS AND NOT CMAKE_CURRENT_SOURCE_DIR MATCHES "^${PROJECT_SOURCE_DIR}/(runtime|compiler/lower)(/|$)")
    target_compile_options(${name} PRIVATE ${GATE_LIGHT_OPTIONS})
  endif()
endfunction()

# gate_add_library(NAME SOURCES ... [PUBLIC libs...] [PRIVATE libs...])
# A static library of one or more folders. Includes are written from the repository root ("runtime/ir/program.h");
# only runtime/include and compiler/include are promised to users.
function(gate_add_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
  target_compile_features(${name} PUBLIC cxx_std_20)
  target_link_libraries(${name} PUBLIC ${ARG_PUBLIC} PRIVATE $<BUILD_INTERFACE:gate_warnings> ${ARG_PRIVATE})
  gate_compile_lightly(${name})
  if("Boost::json" IN_LIST ARG_PUBLIC)  # most of its sources see JSON
    gate_precompile(${name} gate_precompiled_json)
  else()
    gate_precompile(${name} gate_precompiled)
  endif()
endfunction()

# gate_add_shared_library(NAME OUTPUT file EXPORT name SOVERSION v SYMBOLS script SOURCES ... [LIBS ...] BASE dir HEADERS ...)
# What an installation holds: a shared library that shows only the symbols of its version script, with the headers that are
# promised for it. Inside the build the static libraries are used. `gate::EXPORT` is what users link.
function(gate_add_shared_library name)
  cmake_parse_arguments(ARG "" "OUTPUT;EXPORT;SOVERSION;SYMBOLS;BASE" "SOURCES;LIBS;HEADERS" ${ARGN})
  add_library(${name} SHARED ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_sources(${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${ARG_BASE} FILES ${ARG_HEADERS})
  target_compile_features(${name} INTERFACE cxx_std_20)
  target_link_libraries(${name} PRIVATE $<BUILD_INTERFACE:gate_warnings> ${ARG_LIBS})
  target_link_options(${name} PRIVATE -Wl,--version-script=${ARG_SYMBOLS} -Wl,--no-undefined-version -Wl,--as-needed)
  if(NOT GATE_SANITIZE AND NOT GATE_BUILD_FUZZERS)
    target_link_options(${name} PRIVATE -Wl,-z,defs)
  endif()
  set_target_properties(${name} PROPERTIES
    OUTPUT_NAME ${ARG_OUTPUT} EXPORT_NAME ${ARG_EXPORT} VERSION ${PROJECT_VERSION} SOVERSION ${ARG_SOVERSION}
    LINK_DEPENDS ${ARG_SYMBOLS} VERIFY_INTERFACE_HEADER_SETS ON INSTALL_RPATH "$ORIGIN" LINKER_LANGUAGE CXX)
endfunction()

# gate_add_test(NAME SOURCES ... LIBS ... [ENV A=b ...] [LABELS ...] [TOGETHER filter]): one GoogleTest program, its tests known
# to CTest one by one. Those that match TOGETHER are one test of CTest: they share a server, which takes a second to start.
function(gate_add_test name)
  if(NOT GATE_BUILD_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "" "TIMEOUT;TOGETHER" "SOURCES;LIBS;ENV;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE gate_warnings ${ARG_LIBS} GTest::gtest GTest::gmock GTest::gtest_main)
  gate_precompile(${name} gate_precompiled_test)
  target_compile_options(${name} PRIVATE ${GATE_LIGHT_OPTIONS})
  target_compile_definitions(${name} PRIVATE GATE_SOURCE_DIR="${PROJECT_SOURCE_DIR}" GATE_BINARY_DIR="${PROJECT_BINARY_DIR}")
  set(alone)
  if(ARG_TOGETHER)
    set(alone TEST_FILTER "-${ARG_TOGETHER}")
    add_test(NAME "${name}/${ARG_TOGETHER}" COMMAND ${name} "--gtest_filter=${ARG_TOGETHER}" --gtest_brief=1)
    set_tests_properties("${name}/${ARG_TOGETHER}" PROPERTIES TIMEOUT 300 LABELS "${ARG_LABELS}" ENVIRONMENT "${ARG_ENV}"
      SKIP_REGULAR_EXPRESSION "skipped: PostgreSQL")
  endif()
  gtest_discover_tests(${name} TEST_PREFIX "${name}/" DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 ${alone}
    PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}" ENVIRONMENT "${ARG_ENV}")
endfunction()

# gate_add_fuzzer(NAME SOURCES ... LIBS ...): a libFuzzer target, built only with GATE_BUILD_FUZZERS.
function(gate_add_fuzzer name)
  if(NOT GATE_BUILD_FUZZERS)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE gate_warnings ${ARG_LIBS})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  add_dependencies(fuzzers ${name})
endfunction()
