#include "compiler/graph/json_text.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace gate::graph {
namespace {

namespace json = boost::json;

void print(const json::value& value, std::size_t indent, std::string& out) {
  const std::string pad(indent + 2, ' ');
  bool first = true;
  if (value.is_object() && !value.get_object().empty()) {
    out += '{';
    for (const auto& entry : value.get_object()) {
      out += first ? "\n" : ",\n";
      first = false;
      out += pad + json::serialize(json::string(entry.key())) + ": ";
      print(entry.value(), indent + 2, out);
    }
    out += "\n" + std::string(indent, ' ') + "}";
  } else if (value.is_array() && !value.get_array().empty()) {
    out += '[';
    for (const auto& each : value.get_array()) {
      out += first ? "\n" : ",\n";
      first = false;
      out += pad;
      print(each, indent + 2, out);
    }
    out += "\n" + std::string(indent, ' ') + "]";
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

std::string pretty_json(const json::value& value) {
  std::string out;
  print(value, 0, out);
  return out + "\n";
}

}  // namespace gate::graph
