// Whether `connected` is what docs/protocol.md says of it.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

namespace signaling::ctl {

// Of a session that was not resumed: what is wrong with it, a line a field; none where all is well.
std::vector<std::string> FaultsOfConnected(const boost::json::object& message);

}  // namespace signaling::ctl
