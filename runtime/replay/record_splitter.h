#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace gate::replay {

/// Cuts a log into records, whatever it comes as: one object a line, an array of objects, or a
/// document whose `value` is that array (what Graph gives). Never holds more than one record. Only
/// finds where records end; whether they are JSON says who reads them.
class RecordSplitter {
 public:
  /// `record` is valid during the call; `line` counts from 1 and is where the record begins.
  /// `problem`: null, or why this is no record (then `record` is empty).
  using OnRecord =
      std::function<void(std::string_view record, std::uint64_t line, const char* problem)>;

  /// Longer records are a problem, and are skipped.
  RecordSplitter(std::size_t record_bytes_max, OnRecord on_record);

  /// The next bytes of the log, of any number.
  void feed(std::string_view bytes);
  /// The log is over.
  void finish();

 private:
  enum class Form : std::uint8_t { kUnknown, kLines, kDocument };
  void find_form(bool over);
  void feed_lines(std::string_view bytes);
  void end_line();
  void feed_document(std::string_view bytes);
  void structural(char c);
  void keep(std::string_view bytes);
  void end_record();

  OnRecord on_record_;
  std::size_t max_;
  Form form_ = Form::kUnknown;
  bool mark_looked_for_ = false;
  std::string held_;  ///< of the record that is being read
  bool too_long_ = false;
  std::uint64_t line_ = 1;   ///< of the next byte
  std::uint64_t begin_ = 1;  ///< line where the record begins
  // Of a document.
  std::uint32_t depth_ = 0;
  std::uint32_t record_depth_ = 0;  ///< records begin there: 1 by themselves, 2 in an array, 3 in
                                    ///< an array that is `value` of an object
  bool in_array_ = false;           ///< of record_depth_ 3
  bool in_record_ = false;
  bool in_string_ = false;
  bool escaped_ = false;
  std::string key_;  ///< the last text outside of records, to find `value`
};

}  // namespace gate::replay
