#include "services/signalctl/doctor/greeting.h"

#include <boost/json/array.hpp>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "services/common/ids.h"
#include "services/common/text.h"
#include "services/signalctl/ws/session.h"

namespace signaling::ctl {
namespace {

namespace json = boost::json;

std::string_view Text(const json::value& value) {
  if (!value.is_string()) return {};
  return {value.get_string().data(), value.get_string().size()};
}

bool IsId(const json::value& value) { return IsValidId(Text(value)); }
bool IsSecret(const json::value& value) { return !Text(value).empty(); }
bool IsFalse(const json::value& value) { return value.is_bool() && !value.get_bool(); }
bool IsZero(const json::value& value) { return value.is_int64() && value.get_int64() == 0; }
bool IsCount(const json::value& value) { return value.is_int64() && value.get_int64() >= 0; }
bool IsPositive(const json::value& value) { return value.is_int64() && value.get_int64() > 0; }
bool IsPolicy(const json::value& value) { return Text(value) == "all" || Text(value) == "relay"; }
bool IsArray(const json::value& value) { return value.is_array(); }
bool IsTime(const json::value& value) {
  absl::Time time;
  return absl::ParseTime(absl::RFC3339_full, Absl(Text(value)), &time, nullptr);
}

bool AreIceServers(const json::value& value) {
  if (!value.is_array()) return false;
  for (const json::value& server : value.get_array()) {
    if (!server.is_object()) return false;
    const json::value* urls = server.get_object().if_contains("urls");
    if (urls == nullptr || !urls->is_array() || urls->get_array().empty()) return false;
  }
  return true;
}

bool AreLimits(const json::value& value) {
  if (!value.is_object()) return false;
  for (const char* name : {"max_message_bytes", "max_metadata_bytes", "max_app_message_bytes",
                           "max_json_depth", "max_offer_candidates"}) {
    const json::value* limit = value.get_object().if_contains(name);
    if (limit == nullptr || !IsPositive(*limit)) return false;
  }
  return true;
}

struct FieldRow {
  const char* name;
  bool (*is_good)(const json::value& value);
  const char* expected;
  bool optional = false;
};

constexpr FieldRow kFields[] = {
    {"client_id", IsId, "an id"},
    {"session_id", IsId, "an id"},
    {"resume_token", IsSecret, "a string"},
    {"resumed", IsFalse, "false"},
    {"last_id", IsZero, "0"},
    {"ice_servers", AreIceServers, "an array of objects with urls"},
    {"ice_servers_expire_at", IsTime, "a time of RFC 3339", true},
    {"ice_transport_policy", IsPolicy, "all or relay"},
    {"ping_interval_ms", IsPositive, "a number above 0"},
    {"timeout_ms", IsPositive, "a number above 0"},
    {"resume_window_ms", IsCount, "a number"},
    {"limits", AreLimits, "an object of five numbers above 0"},
    {"features", IsArray, "an array"},
    {"token_expires_at", IsTime, "a time of RFC 3339", true},
};

}  // namespace

std::vector<std::string> FaultsOfConnected(const json::object& message) {
  std::vector<std::string> faults;
  for (const FieldRow& field : kFields) {
    const json::value* value = message.if_contains(field.name);
    if (value == nullptr) {
      if (!field.optional) faults.push_back(absl::StrCat(field.name, " is missing"));
    } else if (!field.is_good(*value)) {
      faults.push_back(absl::StrCat(field.name, " has to be ", field.expected));
    }
  }
  return faults;
}

}  // namespace signaling::ctl
