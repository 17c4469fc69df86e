# Debian packages, one for each component of GateInstall.cmake: `./dev package`, or cpack in a build folder.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME gatehouse)
set(CPACK_PACKAGE_VENDOR Gatehouse)
set(CPACK_PACKAGE_CONTACT "Gatehouse <packages@gatehouse.invalid>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_COMPONENTS_ALL runtime compiler dev)
foreach(program gatec gated)
  if(TARGET ${program})
    list(APPEND CPACK_COMPONENTS_ALL ${program})
  endif()
endforeach()

# gate_package(COMPONENT NAME SECTION DESCRIPTION [DEPENDS text] [RECOMMENDS text])
macro(gate_package component name section description)
  cmake_parse_arguments(ARG "" "DEPENDS;RECOMMENDS" "" ${ARGN})
  string(TOUPPER ${component} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${name})
  set(CPACK_DEBIAN_${upper}_PACKAGE_SECTION ${section})
  set(CPACK_COMPONENT_${upper}_DESCRIPTION "${description}")
  set(CPACK_DEBIAN_${upper}_PACKAGE_DEPENDS "${ARG_DEPENDS}")
  set(CPACK_DEBIAN_${upper}_PACKAGE_RECOMMENDS "${ARG_RECOMMENDS}")
endmacro()

set(this "(= ${PROJECT_VERSION})")
# What a library needs from outside is read off its binaries. Our own packages are named here: they go by the same version.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS
  $<TARGET_FILE_DIR:gate_runtime_shared> $<TARGET_FILE_DIR:gate_c> $<TARGET_FILE_DIR:gate_facts_shared>
  $<TARGET_FILE_DIR:gate_compiler_shared> $<TARGET_FILE_DIR:gate_c_compiler>)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/cmake/deb/triggers)
set(CPACK_DEBIAN_COMPILER_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/cmake/deb/triggers)
set(CPACK_DEBIAN_DEV_PACKAGE_SHLIBDEPS OFF)
gate_package(runtime libgate-runtime libs "Conditional Access decisions in any process
 Loads compiled policy sets and decides with them, for C and C++. Needs neither compiler nor LLVM.")
gate_package(compiler libgate-compiler libs "Compiler of Conditional Access policies, as a library
 Compiles policies to machine code within the process that decides."
  DEPENDS "libgate-runtime ${this}")
gate_package(dev libgate-dev libdevel "Conditional Access decisions in any process, development files
 Headers, CMake and pkg-config files, the static runtime, and examples in C, C++ and for Node."
  DEPENDS "libgate-runtime ${this}" RECOMMENDS "libgate-compiler ${this}")
gate_package(gatec gatec devel "Compiler and tester of Conditional Access policies
 Checks, formats, tests, explains and compiles policies."
  RECOMMENDS binutils)  # `gatec build` links with ld
gate_package(gated gated net "Authentication server that obeys Conditional Access policies
 Speaks the Native Authentication API and hands out tokens only when every required factor is done."
  DEPENDS python3-zxcvbn)  # the list of common passwords

# The folders of the private libraries are known to the generator only.
file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/GatePackageDirs.cmake
  CONTENT "set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS \"${CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS}\")\n")
unset(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS)
set(CPACK_PROJECT_CONFIG_FILE ${PROJECT_BINARY_DIR}/GatePackageDirs.cmake)
include(CPack)
