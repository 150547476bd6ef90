#include "gateway/upgrade.h"

#include <string>

#include "gateway/origin.h"
#include "gateway/target.h"
#include "services/common/ids.h"

namespace signaling::gateway {
namespace {

std::string_view Std(beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Upgrade ReadUpgrade(const HttpRequest& request, const Config& config) {
  const Target target = ParseTarget(Std(request.target()));
  Upgrade upgrade;
  if (!IsOriginAllowed(Std(request[http::field::origin]), Std(request[http::field::host]),
                       config.allowed_origins)) {
    upgrade.refusal = {Reason::kOriginNotAllowed, "pages of this origin may not connect"};
  }
  if (target.path != "/") return upgrade;
  upgrade.path = signaling::v1::SESSION_PATH_PLAIN;
  upgrade.room = config.default_room;
  // An empty value is one that was not given.
  const std::string room = QueryParameter(target.query, "room").value_or("");
  if (!room.empty()) upgrade.room = room;
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
