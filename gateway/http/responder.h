// What is answered to a request that is no WebSocket upgrade. A function of the request.
#pragma once

#include <boost/beast/http/span_body.hpp>

#include "gateway/net.h"

namespace signaling::gateway {

// The body is static.
using HttpResponse = http::response<http::span_body<const char>>;

// The answer to a request; `keep_alive` is whether the connection may go on.
HttpResponse Respond(const HttpRequest& request, bool keep_alive);

// The answer to what could not be read as a request. Ends the connection.
HttpResponse RefuseRequest(http::status status);

}  // namespace signaling::gateway
