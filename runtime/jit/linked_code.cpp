#include "runtime/jit/linked_code.h"

#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/Support/Error.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/TargetSelect.h>

#include <utility>

namespace gate::jit {
namespace {

Error failure(llvm::Error error) {
  return {ErrorCode::kInternal, "linking machine code: " + llvm::toString(std::move(error))};
}

/// The one ORC session of the process, made at the first use. It is never taken down: code may be
/// freed until the very end of the process.
class Session {
 public:
  static Result<Session*> instance() {
    static Session session;
    if (session.jit_ == nullptr) {
      return Error{ErrorCode::kInternal, session.problem_};
    }
    return &session;
  }
  [[nodiscard]] llvm::orc::LLJIT& jit() { return *jit_; }

 private:
  Session() {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    // No platform: generated code has no initialisers, thread-locals or symbols of the process.
    auto made = llvm::orc::LLJITBuilder()
                    .setPlatformSetUp(llvm::orc::setUpInactivePlatform)
                    .setLinkProcessSymbolsByDefault(false)
                    .create();
    if (made) {
      jit_ = made->release();
    } else {
      problem_ = "no ORC session: " + llvm::toString(made.takeError());
    }
  }
  llvm::orc::LLJIT* jit_ = nullptr;
  std::string problem_;
};

/// The part of the session that belongs to one object.
class TrackedCode : public LinkedCode {
 public:
  TrackedCode(llvm::orc::LLJIT& jit, llvm::orc::ResourceTrackerSP tracker)
      : jit_(jit), tracker_(std::move(tracker)) {}
  ~TrackedCode() override {
    llvm::consumeError(tracker_->remove());
    tracker_ = nullptr;
    jit_.getExecutionSession().getSymbolStringPool()->clearDeadEntries();
  }
  [[nodiscard]] const llvm::orc::ResourceTrackerSP& tracker() const { return tracker_; }
  Result<void> find(const std::vector<std::string>& symbols) {
    for (const std::string& name : symbols) {
      if (name.empty()) {
        addresses_.push_back(nullptr);
        continue;
      }
      auto found = jit_.lookup(name);
      if (!found) {
        return failure(found.takeError());
      }
      addresses_.push_back(found->toPtr<void*>());
    }
    return {};
  }
  TrackedCode(const TrackedCode&) = delete;
  TrackedCode& operator=(const TrackedCode&) = delete;

 private:
  llvm::orc::LLJIT& jit_;
  llvm::orc::ResourceTrackerSP tracker_;
};

}  // namespace

Result<std::shared_ptr<const LinkedCode>> link(const std::string& object,
                                               const std::vector<std::string>& symbols) {
  GATE_TRY(Session* const session, Session::instance());
  llvm::orc::LLJIT& jit = session->jit();
  auto code = std::make_shared<TrackedCode>(jit, jit.getMainJITDylib().createResourceTracker());
  if (auto error = jit.addObjectFile(
          code->tracker(), llvm::MemoryBuffer::getMemBufferCopy(object, symbols.back()))) {
    return failure(std::move(error));
  }
  GATE_TRY_VOID(code->find(symbols));
  return std::shared_ptr<const LinkedCode>(std::move(code));
}

}  // namespace gate::jit
