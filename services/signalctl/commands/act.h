// What the commands have in common that make one call and print what they did.
#pragma once

#include "absl/status/status.h"
#include "services/signalctl/context.h"
#include "services/signalctl/json.h"
#include "services/signalctl/office.h"

namespace signaling::ctl {

// `say`, given the response, prints it for people; with -o json the response itself is printed.
template <typename Request, typename Say>
absl::Status Act(Context& context, const Request& request, Say say) {
  auto office = Office::Open(context);
  if (!office.ok()) return office.status();
  const auto response = (*office)->Call(request);
  if (!response.ok()) return response.status();
  if (context.options.json()) {
    PrintJson(context.out, *response);
  } else {
    say(*response);
  }
  return absl::OkStatus();
}

}  // namespace signaling::ctl
