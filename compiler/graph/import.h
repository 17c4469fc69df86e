#pragma once

#include <cstdint>
#include <filesystem>
#include <gate/result.hpp>
#include <string>
#include <vector>

#include "compiler/graph/finding.h"

/// `gatec import graph`: Conditional Access as Graph JSON becomes a folder of `.gate` files. Whole
/// or not at all: with any error nothing is written, unless the caller asked for the rest.
namespace gate::graph {

/// A file as it lies on disk: any of the encodings of decode_text.
struct GraphFile {
  std::string name;
  std::string bytes;
};

/// A file to write, below the output folder.
struct OutputFile {
  std::string name;  ///< "policies/ca001.gate"
  std::string text;
};

/// The kind of tenant that the policies are from; an export does not say.
enum class TenantKind : std::uint8_t { kWorkforce, kExternalId };

struct ImportOptions {
  bool partial = false;  ///< import what can be said and list the rest
  /// The `profile` that the set gets: codes by e-mail are a factor of MFA in external tenants only
  /// (conditional-access 4).
  TenantKind tenant = TenantKind::kWorkforce;
};

struct ImportResult {
  std::vector<OutputFile> files;  ///< empty after an error without `partial`
  std::vector<Finding> findings;  ///< in the order of the input
  std::size_t policies = 0;
  std::size_t locations = 0;
  std::size_t strengths = 0;
  std::size_t left_out = 0;  ///< objects (and files that could not be read)
  [[nodiscard]] bool ok() const { return !files.empty(); }
};

/// The whole import, in memory. Pure: the same input gives the same bytes. Cost: linear.
[[nodiscard]] ImportResult import_graph(const std::vector<GraphFile>& input,
                                        const ImportOptions& options = {});

/// Reads the `.json` files that `paths` name: files, and folders with everything below them, sorted
/// by path. Errors: kNotFound, kLimitExceeded, kUnavailable.
[[nodiscard]] Result<std::vector<GraphFile>> load_graph_files(
    const std::vector<std::filesystem::path>& paths);

/// Writes the files into `folder`, which must not exist yet or be empty: into a folder beside it
/// first, which then takes its place, so that a failure leaves nothing half-written.
[[nodiscard]] Result<void> write_files(const std::filesystem::path& folder,
                                       const std::vector<OutputFile>& files);

}  // namespace gate::graph
