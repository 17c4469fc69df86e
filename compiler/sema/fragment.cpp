#include "compiler/sema/fragment.h"

#include <utility>

#include "runtime/ir/binary_reader.h"
#include "runtime/ir/binary_writer.h"
#include "runtime/ir/describe.h"

namespace gate::compiler::sema {
namespace {

/// Makes every place of a fragment count from `from`, or back from `to` on.
class Mover {
 public:
  /// From the place of a policy to nowhere in particular.
  static Mover away(Span place) { return Mover(place, {}); }
  static Mover to(Span place) { return Mover({}, place); }

  void move(Fragment& fragment) {
    move(fragment.name);
    if (fragment.id.end != 0) {
      move(fragment.id);
    }
    for (Diagnostic& each : fragment.diagnostics) {
      move(each.span);
      for (Diagnostic::Note& note : each.notes) {
        if (note.span) {
          move(*note.span);
        }
      }
      for (Diagnostic::Edit& edit : each.edits) {
        move(edit.span);
      }
    }
  }
  [[nodiscard]] bool all_inside() const { return all_inside_; }

 private:
  Mover(Span from, Span to) : from_(from), to_(to) {}

  void move(Span& span) {
    const bool inside = from_.end == 0 || (span.file == from_.file && span.begin >= from_.begin &&
                                           span.end <= from_.end);
    all_inside_ = all_inside_ && inside;
    span.file = to_.file;
    span.begin = span.begin - from_.begin + to_.begin;
    span.end = span.end - from_.begin + to_.begin;
  }

  Span from_;
  Span to_;
  bool all_inside_ = true;
};

/// In the manner of runtime/ir/describe.h: one description for writing and reading.
template <typename A>
void describe(A& a, Span& span) {
  a.value(span.begin);
  a.value(span.end);
}

template <typename A>
void describe(A& a, Diagnostic& d) {
  a.value(d.code);
  a.choice(d.severity, 3);
  a.value(d.message);
  describe(a, d.span);
  a.value(d.label);
  a.list(d.notes, [&a](Diagnostic::Note& note) {
    if (a.key("place", note.span.has_value())) {
      note.span = note.span.value_or(Span{});
      describe(a, *note.span);
    }
    a.value(note.text);
  });
  a.value(d.help);
  a.list(d.edits, [&a](Diagnostic::Edit& edit) {
    describe(a, edit.span);
    a.value(edit.replacement);
  });
}

template <typename A>
void describe(A& a, Fragment& fragment) {
  ir::values(a, fragment.needs);
  a.list(fragment.slots, [&a](ir::SlotId& slot) {
    a.choice(slot.kind, ir::kSlotKindCount);
    a.value(slot.index);
  });
  describe(a, fragment.name);
  describe(a, fragment.id);
  a.value(fragment.line);
  ir::describe(a, fragment.policy);
  a.list(fragment.diagnostics, [&a](Diagnostic& each) { describe(a, each); });
}

}  // namespace

std::optional<std::string> encode(Fragment fragment, Span place) {
  Mover mover = Mover::away(place);
  mover.move(fragment);
  if (!mover.all_inside()) {
    return std::nullopt;
  }
  ir::BinaryWriter writer;
  describe(writer, fragment);
  return writer.take();
}

std::vector<std::uint32_t> needs_of(std::string_view code) {
  std::vector<std::uint32_t> needs;
  ir::BinaryReader reader(code);
  ir::values(reader, needs);
  return needs;
}

std::optional<Fragment> decode(std::string_view code, Span place) {
  Fragment out;
  ir::BinaryReader reader(code);
  describe(reader, out);
  if (reader.failed() || !reader.at_end()) {
    return std::nullopt;
  }
  Mover::to(place).move(out);
  return out;
}

}  // namespace gate::compiler::sema
