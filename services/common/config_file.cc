#include "services/common/config_file.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <set>
#include <sstream>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/common/text.h"

namespace signaling {
namespace {

std::string At(const std::string& path, const YAML::Mark& mark) {
  // yaml-cpp counts from 0; without a place it is the beginning.
  return absl::StrCat(path, ":", mark.is_null() ? 1 : mark.line + 1);
}

absl::Status Invalid(const std::string& where, std::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(where, ": ", Absl(why)));
}

// Takes in what the parser meets, a document being one mapping. The first error stays. Events instead of the library's nodes:
// for some input that is no YAML it makes documents without end, and aliases would have to be followed.
class Reader final : public YAML::EventHandler {
 public:
  explicit Reader(const std::string& path) : path_(path) {}

  absl::Status status() const { return status_; }
  std::vector<Assignment> assignments() && { return std::move(all_); }

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    if (depth_ == 0) return;  // a document without anything
    if (depth_ == kInList) return Refuse(mark, "must be a list of plain values");
    if (!has_name_) return Refuse(mark, "the name of a setting must be text");
    Refuse(mark, "has no value; an empty one is \"\"");
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    Refuse(mark, "aliases are not taken");
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t /*anchor*/,
                const std::string& value) override {
    if (depth_ == 0) return Refuse(mark, kNoMapping);
    if (IsTag(tag)) return Refuse(mark, "tags are not taken");
    if (depth_ > kInList) return;
    if (depth_ == kInList) return AddItem(mark, value);
    if (has_name_) return End(value);
    Begin(mark, value);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t /*anchor*/,
                       YAML::EmitterStyle::value /*style*/) override {
    if (IsTag(tag)) Refuse(mark, "tags are not taken");
    if (depth_ == 0) Refuse(mark, kNoMapping);
    if (depth_ == 1 && !has_name_) Refuse(mark, "the name of a setting must be text");
    if (depth_ >= kInList) Refuse(mark, "must be a list of plain values");
    ++depth_;
    items_.clear();
  }
  void OnSequenceEnd() override {
    if (--depth_ == 1) End(absl::StrJoin(items_, ","));
  }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {
    if (IsTag(tag)) Refuse(mark, "tags are not taken");
    if (depth_ == 1) {
      Refuse(mark, has_name_ ? "must be a value, or a list of values"
                             : "the name of a setting must be text");
    }
    if (depth_ >= kInList) Refuse(mark, "must be a list of plain values");
    ++depth_;
  }
  void OnMapEnd() override { --depth_; }

 private:
  static constexpr int kInList = 2;
  static constexpr char kNoMapping[] = "must be a mapping of settings to values";

  // "?" is what a plain scalar has, "!" a quoted one.
  static bool IsTag(const std::string& tag) { return !tag.empty() && tag != "?" && tag != "!"; }

  void Refuse(const YAML::Mark& mark, std::string_view why) {
    if (!status_.ok()) return;
    status_ = has_name_ ? Invalid(absl::StrCat(name_.where, ": ", name_.name), why)
                        : Invalid(At(path_, mark), why);
  }

  void Begin(const YAML::Mark& mark, const std::string& name) {
    if (!names_.insert(name).second) {
      Refuse(mark, absl::StrCat(name, ": is there twice"));
    }
    name_ = {.name = name, .text = {}, .where = At(path_, mark)};
    has_name_ = true;
  }
  void AddItem(const YAML::Mark& mark, const std::string& item) {
    if (item.empty() || item.find(',') != std::string::npos) {
      Refuse(mark, "an item of the list is empty, or has a comma");
    }
    items_.push_back(item);
  }
  void End(const std::string& text) {
    name_.text = text;
    all_.push_back(name_);
    has_name_ = false;
  }

  const std::string& path_;
  absl::Status status_;
  std::vector<Assignment> all_;
  std::set<std::string> names_;
  Assignment name_;  // whose value comes
  bool has_name_ = false;
  int depth_ = 0;  // 1: in the mapping, 2: in a list of it
  std::vector<std::string> items_;
};

absl::StatusOr<std::vector<Assignment>> Parse(const std::string& text, const std::string& path) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  Reader reader(path);
  const bool found = parser.HandleNextDocument(reader);
  if (!reader.status().ok()) return reader.status();
  // What follows is only looked for.
  Reader second(path);
  if (found && parser.HandleNextDocument(second)) {
    return Invalid(path, "holds more than one document, or what is none");
  }
  return std::move(reader).assignments();
}

}  // namespace

absl::StatusOr<std::vector<Assignment>> ParseConfigFile(const std::string& text,
                                                        const std::string& path) {
  // The library would take UTF-16 and UTF-32 too.
  if (text.find('\0') != std::string::npos) return Invalid(At(path, {}), "is not text in UTF-8");
  try {
    // A quote that nothing closes is found at the end only where no line ends there: else it is the rest of the file.
    return Parse(text.substr(0, text.find_last_not_of(" \t\r\n") + 1), path);
  } catch (const YAML::Exception& exception) {
    return Invalid(At(path, exception.mark), exception.msg);
  }
}

}  // namespace signaling
