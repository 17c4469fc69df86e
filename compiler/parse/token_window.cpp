#include "compiler/parse/token_window.h"

namespace gate::compiler {

void TokenWindow::show(std::size_t begin, std::size_t end) {
  begin_ = begin;
  end_ = end;
  at_ = begin;
  has_extra_ = false;
  const std::uint32_t where = end > begin ? tokens_[end - 1].end() : 0;
  eof_ = WindowToken::end_of_input(where);
  eof_.set_index(end);
}

void TokenWindow::show_with(std::size_t begin, std::size_t end, std::size_t type) {
  show(begin, end);
  has_extra_ = true;
  extra_ = WindowToken(LexedToken{static_cast<std::uint32_t>(type), 0, 0}, end, {});
  eof_.set_index(end + 1);
}

WindowToken* TokenWindow::token(std::size_t index) const {
  if (index < end_) {
    return &tokens_[index];
  }
  return index == end_ && has_extra_ ? &extra_ : &eof_;
}

void TokenWindow::consume() {
  if (at_ < end_ + (has_extra_ ? 1 : 0)) {
    ++at_;
  }
}

std::size_t TokenWindow::LA(ssize_t i) {
  return LT(i)->getType();
}

antlr4::Token* TokenWindow::LT(ssize_t k) {
  if (k < 0) {
    const auto back = static_cast<std::size_t>(-k);
    return at_ >= begin_ + back ? token(at_ - back) : nullptr;
  }
  return token(at_ + static_cast<std::size_t>(k) - 1);
}

antlr4::Token* TokenWindow::get(std::size_t index) const {
  return token(index);
}

}  // namespace gate::compiler
