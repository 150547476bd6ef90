#include "services/common/config_file.h"

#include <yaml-cpp/yaml.h>

#include <set>
#include <string_view>

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

// "?" is what a plain scalar has, "!" a quoted one.
bool HasTag(const YAML::Node& node) {
  const std::string& tag = node.Tag();
  return !tag.empty() && tag != "?" && tag != "!";
}

absl::StatusOr<std::string> ValueOf(const YAML::Node& node, const std::string& where) {
  if (HasTag(node)) return Invalid(where, "tags are not taken");
  if (node.IsScalar()) return node.Scalar();
  if (!node.IsSequence()) {
    return Invalid(where, node.IsNull() ? "has no value; an empty one is \"\""
                                        : "must be a value, or a list of values");
  }
  std::vector<std::string> items;
  for (const YAML::Node& item : node) {
    if (!item.IsScalar() || HasTag(item)) return Invalid(where, "must be a list of plain values");
    const std::string& text = item.Scalar();
    if (text.empty() || text.find(',') != std::string::npos) {
      return Invalid(where, "an item of the list is empty, or has a comma");
    }
    items.push_back(text);
  }
  return absl::StrJoin(items, ",");
}

absl::StatusOr<std::vector<Assignment>> Parse(const std::string& text, const std::string& path) {
  const std::vector<YAML::Node> documents = YAML::LoadAll(text);
  std::vector<Assignment> all;
  if (documents.empty() || (documents.size() == 1 && documents.front().IsNull())) return all;
  if (documents.size() > 1) {
    return Invalid(At(path, documents[1].Mark()), "a second document");
  }
  const YAML::Node& root = documents.front();
  if (!root.IsMap() || HasTag(root)) {
    return Invalid(At(path, root.Mark()), "must be a mapping of settings to values");
  }
  std::set<std::string> names;
  for (const auto& entry : root) {
    Assignment one{.name = {}, .text = {}, .where = At(path, entry.first.Mark())};
    if (!entry.first.IsScalar()) return Invalid(one.where, "the name of a setting must be text");
    one.name = entry.first.Scalar();
    const std::string where = absl::StrCat(one.where, ": ", one.name);
    if (!names.insert(one.name).second) return Invalid(where, "is there twice");
    absl::StatusOr<std::string> value = ValueOf(entry.second, where);
    if (!value.ok()) return value.status();
    one.text = *std::move(value);
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace

absl::StatusOr<std::vector<Assignment>> ParseConfigFile(const std::string& text,
                                                        const std::string& path) {
  try {
    return Parse(text, path);
  } catch (const YAML::Exception& exception) {
    return Invalid(At(path, exception.mark), exception.msg);
  }
}

}  // namespace signaling
