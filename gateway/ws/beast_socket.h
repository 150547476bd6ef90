// A client's WebSocket on Boost.Beast (RFC 6455). The source file is the only one that instantiates the library's
// accept and read. Owned by its pending operations; owns the session.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "gateway/client_socket.h"
#include "gateway/net.h"
#include "gateway/ws/flusher.h"
#include "gateway/ws/socket.h"

namespace signaling::gateway {

// Makes the session for a socket that will be upgraded.
using MakeSession = std::function<std::unique_ptr<SocketEvents>(Socket&)>;

// Answers `request`, a WebSocket upgrade, on `socket`, and runs the connection until it ends.
void RunWebSocket(ClientSocket socket, const HttpRequest& request, std::size_t max_message_bytes,
                  Flusher& flusher, const MakeSession& make_session);

}  // namespace signaling::gateway
