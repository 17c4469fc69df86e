#include "runtime/index/kernel_plan.h"

namespace gate::index {
namespace {

void append(std::string& out, std::uint64_t number) {
  for (int i = 0; i < 8; ++i) {
    out.push_back(static_cast<char>(number >> (8 * i) & 0xFF));
  }
}

}  // namespace

std::string KernelPlan::signature() const {
  std::string out;
  append(out, words);
  append(out, fields.size());
  for (const std::uint64_t field : fields) {
    append(out, field);
  }
  append(out, generated_shapes);
  for (std::size_t s = 0; s < generated_shapes; ++s) {
    append(out, shapes[s].size());
    for (const Step& step : shapes[s]) {
      append(out, static_cast<std::uint64_t>(step.code) << 48U |
                      static_cast<std::uint64_t>(step.leaf) << 32U | step.arg);
    }
  }
  append(out, shapes.empty() ? 0 : 1);
  return out;
}

std::optional<KernelPlan> plan_for(const Index& index) {
  KernelPlan plan;
  plan.shapes = index.conditions().shapes();
  std::size_t steps = 0;
  for (const Shape& shape : plan.shapes) {
    steps += shape.size();
    if (steps > kStepsMax || plan.generated_shapes == kShapesMax) {
      break;
    }
    ++plan.generated_shapes;
  }
  const Rows* rows = index.rows();
  if (rows != nullptr && rows->tables().words <= abi::kCodeRowWordsMax) {
    plan.words = rows->tables().words;
    plan.fields = rows->context_fields();
  } else if (plan.generated_shapes == 0) {
    return std::nullopt;
  }
  return plan;
}

}  // namespace gate::index
