#include "gateway/ws/opening.h"

#include <utility>

namespace signaling::gateway {

Upgrade::Refusal RefusalOf(const AddressLimiter::Refusal& refused) {
  return {.reason = Reason::kRateLimited,
          .message = refused.limit == Limit::kAuthentication
                         ? "too many failed authentications of this address"
                         : "too many new connections of this address",
          .retry_after = refused.retry_after};
}

std::unique_ptr<signaling::v1::Open> MakeOpen(const std::string& session_id, Upgrade& upgrade,
                                              Hello& hello) {
  auto open = std::make_unique<signaling::v1::Open>();
  open->set_session_id(session_id);
  open->set_path(upgrade.path);
  open->set_client_id(std::move(hello.client_id));
  if (upgrade.path == signaling::v1::SESSION_PATH_PLAIN) {
    open->set_room(upgrade.room);
    open->set_room_is_default(upgrade.room_is_default);
  }
  open->set_token(std::move(hello.token.empty() ? upgrade.token : hello.token));
  open->set_remote_address(upgrade.remote_address);
  open->set_traceparent(upgrade.traceparent);
  open->mutable_metadata()->insert(hello.metadata.begin(), hello.metadata.end());
  if (hello.resume) *open->mutable_resume() = std::move(*hello.resume);
  return open;
}

}  // namespace signaling::gateway
