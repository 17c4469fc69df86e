#include "compiler/cli/command.h"

namespace gate::cli {

std::vector<std::unique_ptr<Command>> all_commands() {
  std::vector<std::unique_ptr<Command>> out;
  out.push_back(make_check());
  out.push_back(make_fmt());
  out.push_back(make_test());
  out.push_back(make_eval());
  out.push_back(make_explain());
  out.push_back(make_whatif());
  out.push_back(make_replay());
  out.push_back(make_import());
  out.push_back(make_export());
  out.push_back(make_build());
  out.push_back(make_dump());
  return out;
}

}  // namespace gate::cli
