# What an installation holds. Components: runtime, compiler, dev, gatec, gated; cpack makes one .deb of each.
# Installed libraries are the shared ones and find each other through $ORIGIN, so that any prefix works. The static runtime
# is there too, as gate::runtime_static, for programs that want one file.
include(CMakePackageConfigHelpers)
set(GATE_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/Gate)

# gate_install_shared(COMPONENT EXPORT targets...)
function(gate_install_shared component export)
  install(TARGETS ${ARGN} EXPORT ${export}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${component} NAMELINK_COMPONENT dev
    FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev)
endfunction()

# gate_install_export(EXPORT): the CMake description of a set of libraries.
function(gate_install_export export)
  install(EXPORT ${export} NAMESPACE gate:: FILE ${export}.cmake DESTINATION ${GATE_CMAKE_DIR} COMPONENT dev)
endfunction()

gate_install_shared(runtime GateTargets gate_runtime_shared gate_facts_shared gate_c)
gate_install_export(GateTargets)

# gate::gate is all of C++.
add_library(gate_everything INTERFACE)
target_link_libraries(gate_everything INTERFACE gate_compiler_shared gate_runtime_shared)
set_target_properties(gate_everything PROPERTIES EXPORT_NAME gate)
gate_install_shared(compiler GateCompilerTargets gate_compiler_shared gate_c_compiler)
install(TARGETS gate_everything EXPORT GateCompilerTargets)
gate_install_export(GateCompilerTargets)

set_target_properties(gate_runtime PROPERTIES EXPORT_NAME runtime_static)
install(TARGETS gate_runtime EXPORT GateStaticTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev)
gate_install_export(GateStaticTargets)

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/GateConfig.cmake.in ${PROJECT_BINARY_DIR}/GateConfig.cmake
  INSTALL_DESTINATION ${GATE_CMAKE_DIR} PATH_VARS CMAKE_INSTALL_LIBDIR NO_SET_AND_CHECK_MACRO)
# Before 1.0 a minor version may change the C++ interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/GateConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/GateConfig.cmake ${PROJECT_BINARY_DIR}/GateConfigVersion.cmake
  DESTINATION ${GATE_CMAKE_DIR} COMPONENT dev)

# gate_install_pc(FILE DESCRIPTION LIBRARY REQUIRES)
function(gate_install_pc name description library requires)
  file(RELATIVE_PATH GATE_PC_PREFIX ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
  set(GATE_PC_NAME ${name})
  set(GATE_PC_DESCRIPTION ${description})
  set(GATE_PC_LIBRARY ${library})
  set(GATE_PC_REQUIRES ${requires})
  configure_file(${PROJECT_SOURCE_DIR}/cmake/gate.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)
endfunction()
gate_install_pc(gate "Conditional Access decisions, C interface" gate "")
gate_install_pc(gate-runtime "Conditional Access decisions, C++ interface" gate_runtime "")
gate_install_pc(gate-compiler "Compiler of Conditional Access policies, C++ interface" gate_compiler "gate-runtime")

gate_install_pc(gate-compile "Compiler of Conditional Access policies, C interface" gate_compile "gate")

foreach(program gatec gated)
  if(TARGET ${program})
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT ${program})
  endif()
endforeach()

# What a person looks for first.
install(DIRECTORY examples/embed-cpp examples/embed-c examples/embed-node examples/retail-bank
  DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libgate-dev/examples COMPONENT dev
  PATTERN node_modules EXCLUDE PATTERN *.node EXCLUDE)
install(FILES docs/request-json.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libgate-dev COMPONENT dev)
if(TARGET gated)
  install(FILES docs/configuration.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/gated COMPONENT gated)
endif()

# The licence, once for each package: COMPONENT PACKAGE.
foreach(pair "runtime libgate-runtime" "compiler libgate-compiler" "dev libgate-dev" "gatec gatec" "gated gated")
  separate_arguments(pair)
  list(GET pair 0 component)
  list(GET pair 1 package)
  if(NOT component MATCHES "^gate[cd]$" OR TARGET ${component})
    install(FILES cmake/deb/copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${component})
  endif()
endforeach()

include(GatePackage)
