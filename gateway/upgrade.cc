#include "gateway/upgrade.h"

#include <string>
#include <utility>

#include "gateway/credential.h"
#include "gateway/origin.h"
#include "gateway/target.h"
#include "services/common/ids.h"
#include "services/common/traceparent.h"

namespace signaling::gateway {
namespace {

constexpr char kTraceparent[] = "traceparent";

std::string_view Std(beast::string_view text) { return {text.data(), text.size()}; }

// Of the header, or where it has none that is well-formed, of the query: browsers cannot set headers.
std::string ReadTraceparent(const HttpRequest& request, std::string_view query) {
  // Only one may come (W3C Trace Context, section 3.2.1).
  std::string_view found;
  if (request.count(kTraceparent) == 1) found = WellFormedTraceparent(Std(request[kTraceparent]));
  if (!found.empty()) return std::string(found);
  const std::string given = QueryParameter(query, kTraceparent).value_or("");
  return std::string(WellFormedTraceparent(given));
}

}  // namespace

Upgrade ReadUpgrade(const HttpRequest& request, const Config& config) {
  const Target target = ParseTarget(Std(request.target()));
  Upgrade upgrade;
  upgrade.traceparent = ReadTraceparent(request, target.query);
  if (!IsOriginAllowed(Std(request[http::field::origin]), Std(request[http::field::host]),
                       config.allowed_origins)) {
    upgrade.refusal = {Reason::kOriginNotAllowed, "pages of this origin may not connect"};
  }
  Credential credential = ReadCredential(request, target.query, config.allow_query_token);
  upgrade.token = std::move(credential.token);
  if (!credential.problem.empty() && !upgrade.refusal) {
    upgrade.refusal = {Reason::kUnauthenticated, credential.problem};
  }
  if (target.path != "/") return upgrade;
  upgrade.path = signaling::v1::SESSION_PATH_PLAIN;
  // An empty value is one that was not given.
  upgrade.room = QueryParameter(target.query, "room").value_or("");
  upgrade.room_is_default = upgrade.room.empty();
  if (upgrade.room_is_default) upgrade.room = config.default_room;
  upgrade.client_id = QueryParameter(target.query, "client_id").value_or("");
  if (!upgrade.client_id.empty() && !IsValidId(upgrade.client_id) && !upgrade.refusal) {
    upgrade.refusal = {Reason::kInvalidMessage,
                       "client_id: must be 1 to 128 characters of [A-Za-z0-9._~:@-]"};
  }
  if (!IsValidId(upgrade.room) && !upgrade.refusal) {
    upgrade.refusal = {Reason::kInvalidMessage,
                       "room: must be 1 to 128 characters of [A-Za-z0-9._~:@-]"};
  }
  return upgrade;
}

}  // namespace signaling::gateway
