#pragma once

#include <cstddef>
#include <gate/result.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gate::server {

inline constexpr std::size_t kFormBytesMax = 16 * 1024;  // C8
inline constexpr std::size_t kFormFieldsMax = 64;
inline constexpr std::size_t kFormNameBytesMax = 128;

/// An application/x-www-form-urlencoded body, read strictly. A parameter given twice, a broken
/// percent escape, text that is not UTF-8, a control character, an empty name or a passed limit is
/// an error (C8, RFC 6749 3.2). Values are wiped with the form, because they may be passwords and
/// codes.
class Form {
 public:
  /// kInvalidArgument or kLimitExceeded with the problem and the name of the parameter, never with
  /// a value.
  [[nodiscard]] static Result<Form> parse(std::string_view body);

  Form() = default;
  Form(const Form&) = delete;
  Form& operator=(const Form&) = delete;
  Form(Form&&) noexcept = default;
  Form& operator=(Form&&) noexcept = default;
  ~Form();

  /// The value, or nothing when the parameter is absent.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  /// The value, or empty: RFC 6749 3.1 treats an empty parameter as absent.
  [[nodiscard]] std::string_view get(std::string_view name) const {
    return find(name).value_or(std::string_view());
  }
  [[nodiscard]] std::size_t size() const { return fields_.size(); }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// True for application/x-www-form-urlencoded with any parameters (`;charset=utf-8`).
[[nodiscard]] bool is_form_media_type(std::string_view content_type);

/// The words of a list, in order. Separators are blanks, or also commas, which the documentation
/// shows once.
[[nodiscard]] std::vector<std::string_view> split_words(std::string_view text,
                                                        std::string_view separators = " ");

}  // namespace gate::server
