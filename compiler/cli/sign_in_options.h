#pragma once

#include <gate/compile.hpp>
#include <gate/result.hpp>
#include <string>
#include <vector>

#include "compiler/cli/arguments.h"

namespace gate::cli {

class Console;

/// The facts of one sign-in as options: a JSON document, single flags, or flags over a document.
class SignInOptions {
 public:
  SignInOptions();

  void declare(Arguments& arguments);

  /// The sign-in, for the set `set`: names of contexts and types of signals are the set's. Errors
  /// name the option: kInvalidArgument, and those of reading the document.
  /// A group, role, app or context that the set does not know is an error, without --allow-unknown.
  [[nodiscard]] Result<SignInFacts> facts(const CompileOutput& set, Console& console) const;

  /// One option and how its value becomes a part of the JSON request.
  struct Flag {
    enum class Kind {
      kText,
      kWord,
      kList,       ///< given several times: an array
      kContext,    ///< a name that the set declares, or an id
      kCompleted,  ///< METHOD or METHOD=AGE
      kControl,    ///< CONTROL or CONTROL=NAME
      kBoolean,
      kDuration,
      kInstant,
      kPair,    ///< NAME=VALUE, VALUE text
      kSignal,  ///< NAME=VALUE, VALUE of the declared type
    };
    std::string name;  ///< "--sign-in-risk"
    Kind kind = Kind::kText;
    std::string parent;  ///< "device" for a member of that object; empty for the request itself
    std::string key;     ///< of the request: "sign_in_risk"
    std::string placeholder;
    std::string help;
    std::string group;
    std::vector<std::string> words;
    std::string value;                ///< filled by parsing
    std::vector<std::string> values;  ///< the same, for what may stand several times
  };

 private:
  std::string document_;
  bool allow_unknown_ = false;
  std::vector<Flag> flags_;
};

}  // namespace gate::cli
