#include "server/message/template_folder.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "server/domain/language.h"

namespace gate::server {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTenantsFolder = "tenants";

struct FileKind {
  MessageKind kind;
  ChannelKind channel;
};

/// All file names that mean something, as text.
std::string known_names() {
  std::string names;
  for (const MessageKindInfo& info : kMessageKinds) {
    names += (names.empty() ? "" : ", ") + std::string(info.name) +
             (info.by_sms ? ".{email,sms}.txt" : ".email.txt");
  }
  return names;
}

std::optional<FileKind> kind_of(std::string_view file) {
  for (const MessageKindInfo& info : kMessageKinds) {
    for (const ChannelKind channel : kChannelKinds) {
      if (is_sent_by(info.kind, channel) &&
          file == std::string(info.name) + "." + std::string(name(channel)) + ".txt") {
        return FileKind{info.kind, channel};
      }
    }
  }
  return std::nullopt;
}

class FolderReader {
 public:
  FolderReader(const std::string& folder, const std::string& default_language)
      : root_(folder), loaded_{MessageTemplates(default_language), {}} {}

  LoadedTemplates read() {
    for (const fs::path& entry : entries(root_)) {
      if (entry.filename() == kTenantsFolder) {
        for (const fs::path& tenant : entries(entry)) {
          read_languages(entries(tenant), tenant.filename().string());
        }
      } else {
        read_languages({entry}, "");
      }
    }
    return std::move(loaded_);
  }

 private:
  void problem(const fs::path& where, const std::string& what) {
    loaded_.problems.push_back(where.lexically_relative(root_).string() + ": " + what);
  }

  /// What is in a folder, sorted, without what is left out.
  std::vector<fs::path> entries(const fs::path& folder) {
    std::vector<fs::path> found;
    std::error_code failed;
    for (fs::directory_iterator at(folder, failed), end; !failed && at != end;
         at.increment(failed)) {
      const std::string name = at->path().filename().string();
      if (!name.starts_with('.') && !name.ends_with('~')) {
        found.push_back(at->path());
      }
    }
    if (failed) {
      problem(folder, failed.message());
    }
    std::sort(found.begin(), found.end());
    return found;
  }

  void read_languages(const std::vector<fs::path>& folders, const std::string& tenant) {
    for (const fs::path& folder : folders) {
      const std::string language = folder.filename().string();
      if (!is_language_tag(language)) {
        problem(folder,
                "a folder of templates is named by a language tag in lower case, such as "
                "`de` or `pt-br`");
        continue;
      }
      for (const fs::path& file : entries(folder)) {
        read_file(file, tenant, language);
      }
    }
  }

  void read_file(const fs::path& path, const std::string& tenant, const std::string& language) {
    const std::optional<FileKind> what = kind_of(path.filename().string());
    if (!what) {
      problem(path, "no message has this name; known are " + known_names());
      return;
    }
    std::error_code failed;
    std::ifstream file(path, std::ios::binary);
    std::string text(MessageTemplate::kBytesMax + 1, '\0');
    if (!fs::is_regular_file(path, failed) || !file.is_open()) {
      problem(path, "cannot be read");
      return;
    }
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    auto parsed = MessageTemplate::parse(text, what->kind, what->channel);
    if (!parsed) {
      loaded_.problems.push_back(path.lexically_relative(root_).string() + ":" +
                                 parsed.error().message);
      return;
    }
    loaded_.templates.add(tenant, language, what->kind, what->channel, std::move(*parsed));
  }

  const fs::path root_;
  LoadedTemplates loaded_;
};

}  // namespace

LoadedTemplates load_templates(const std::string& folder, const std::string& default_language) {
  LoadedTemplates loaded = folder.empty() ? LoadedTemplates{MessageTemplates(default_language), {}}
                                          : FolderReader(folder, default_language).read();
  if (const auto whole = loaded.templates.check(); loaded.problems.empty() && !whole) {
    loaded.problems.push_back(whole.error().message);
  }
  return loaded;
}

}  // namespace gate::server
