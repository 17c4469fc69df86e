# Headers that most sources include, parsed once. A header stands here if it is of the standard library or a third party, so
# that no edit of ours compiles everything anew. Sources still name what they use: presets without precompiled headers (dev,
# fuzz, package) compile them as they stand.
option(GATE_PRECOMPILE "Precompile the headers that most sources include" ON)

set(GATE_PRECOMPILED_HEADERS
  <algorithm> <array> <atomic> <bit> <charconv> <chrono> <cstddef> <cstdint> <cstdio> <cstdlib> <cstring> <filesystem> <fstream>
  <functional> <iterator> <limits> <map> <memory> <mutex> <optional> <set> <span> <sstream> <string> <string_view> <system_error>
  <thread> <tuple> <type_traits> <unordered_map> <unordered_set> <utility> <variant> <vector> <fmt/format.h>)

# gate_add_precompiled(NAME headers...): what gate_precompile() takes from.
function(gate_add_precompiled name)
  set(source ${PROJECT_BINARY_DIR}/${name}.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "// Carries the precompiled headers.\n")
  add_library(${name} OBJECT ${source})
  target_compile_features(${name} PRIVATE cxx_std_20)
  target_link_libraries(${name} PRIVATE gate_warnings fmt::fmt)
  target_precompile_headers(${name} PRIVATE ${GATE_PRECOMPILED_HEADERS} ${ARGN})
endfunction()

# gate_precompile(TARGET FROM): a compiler takes precompiled headers only with the macros they were made with.
function(gate_precompile name from)
  if(TARGET ${from})
    target_precompile_headers(${name} REUSE_FROM ${from})
    target_compile_definitions(${name} PRIVATE $<TARGET_PROPERTY:fmt::fmt,INTERFACE_COMPILE_DEFINITIONS>)
    # Out of precompiled headers g++ 12 warns of its own std::string by more names (see -Wno-restrict in GateTargets.cmake).
    # The preset package compiles without them, and keeps these warnings.
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
      target_compile_options(${name} PRIVATE -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
    endif()
  endif()
endfunction()

if(GATE_PRECOMPILE)
  gate_add_precompiled(gate_precompiled)
  find_package(Boost 1.81 REQUIRED COMPONENTS json)
  gate_add_precompiled(gate_precompiled_json
    <boost/json/array.hpp> <boost/json/object.hpp> <boost/json/parse.hpp> <boost/json/serialize.hpp> <boost/json/value.hpp>)
  target_link_libraries(gate_precompiled_json PRIVATE Boost::json)
  if(GATE_BUILD_TESTS)
    gate_add_precompiled(gate_precompiled_test <gtest/gtest.h>)
    # A program's objects are compiled with -fPIE, a library's with -fPIC.
    set_target_properties(gate_precompiled_test PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(gate_precompiled_test PRIVATE -fPIE)
    target_link_libraries(gate_precompiled_test PRIVATE GTest::gtest)
  endif()
endif()
