// A server that decides for itself: compiles a folder of policies, decides sign-ins, puts another
// set in force while it runs, and hands a compiled set to a process that has no compiler.
#include <gate/compile.hpp>
#include <gate/evaluator.hpp>
#include <gate/policy_file.hpp>
#include <iostream>
#include <vector>

namespace {

// [decide]
void decide(const gate::Evaluator& evaluator, const gate::SignInRequest& request) {
  const gate::Evaluator::Snapshot now = evaluator.snapshot();
  const gate::Decision decision = now.evaluate(request);
  std::cout << request.user << ": " << name(decision.outcome) << " (generation "
            << decision.generation << ")\n";
  for (std::size_t i = 0; i < now.policies->clause_count(); ++i) {
    if (decision.unmet.contains(i)) {
      std::cout << "  still to be done: " << now.policies->clause(i) << "\n";
    }
  }
  for (std::size_t i = 0; i < decision.reason_count; ++i) {
    const gate::Reason& reason = decision.reasons[i];
    std::cout << "  " << name(reason.code);
    if (reason.policy != gate::Reason::kNoPolicy) {
      std::cout << ": " << now.policies->policy(reason.policy).name;
    }
    std::cout << "\n";
  }
}
// [end]

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: embed-cpp FOLDER-OF-POLICIES\n";
    return 2;
  }
  // [compile]
  const gate::CompileOutput compiled = gate::compile_folder(argv[1]);
  std::cerr << gate::render_text(compiled, /*color=*/false);
  if (compiled.policies == nullptr) {
    return 1;
  }
  gate::Evaluator evaluator(compiled.policies);
  // [end]

  // [request]
  gate::SignInRequest request;  // everything that is not said is absent
  request.user = "cleo@customer.example";
  request.target = "retail-app";
  request.client = gate::ClientApp::kNativeApp;
  request.country = "AT";
  std::vector<gate::CompletedMethod> done = {{gate::Method::kPassword, 0}};
  request.completed = done;
  // [end]
  decide(evaluator, request);

  request.sign_in_risk = gate::Risk::kMedium;
  decide(evaluator, request);
  done.push_back({gate::Method::kSmsOtp, 0});
  request.completed = done;
  decide(evaluator, request);

  // [replace]
  const gate::CompileOutput stricter = gate::compile({{"lockdown.gate", R"(
    policy "All sign-ins are blocked" {
      users  include all
      target include all apps
      grant  block
    }
  )"}});
  std::cerr << gate::render_text(stricter, /*color=*/false);
  if (stricter.policies == nullptr) {
    return 1;  // the old set stays in force
  }
  evaluator.replace(stricter.policies);
  // [end]
  decide(evaluator, request);

  // [save]
  const gate::Result<std::string> file = gate::save_policy_set(*compiled.policies);
  if (!file) {
    std::cerr << file.error().message << "\n";
    return 1;
  }
  const auto loaded = gate::load_policy_set(*file);
  if (!loaded) {
    std::cerr << loaded.error().message << "\n";
    return 1;
  }
  // [end]
  std::cout << "saved and loaded: "
            << ((*loaded)->digest() == compiled.policies->digest() ? "the same" : "another")
            << " set\n";
  return 0;
}
