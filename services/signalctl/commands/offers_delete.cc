#include "services/signalctl/commands/act.h"
#include "services/signalctl/commands/commands.h"
#include "services/signalctl/request_id.h"
#include "services/signalctl/terminal_text.h"

namespace signaling::ctl {
namespace {

absl::Status Run(const signaling::v1::DeleteOfferRequest& request, Context& context) {
  return Act(context, request, [&](const signaling::v1::DeleteOfferResponse& /*response*/) {
    context.out << "withdrew offer " << Printable(request.offer_id()) << "\n";
  });
}

}  // namespace

void AddOffersDelete(CommandTree& tree) {
  auto request = std::make_shared<signaling::v1::DeleteOfferRequest>();
  request->set_request_id(NewRequestId());
  Command command =
      tree.Add({.name = "offers delete",
                .summary = "Withdraws a stored offer, without asking; both sides are told.",
                .example = "signalctl offers delete J5UHj2oXKzkGfq0rVTm1Bw",
                .columns = "What was done. With -o json: {}."},
               [request](Context& context) { return Run(*request, context); });
  command.Argument("OFFER", request->mutable_offer_id(), "Its id.");
  AddRequestId(command, request->mutable_request_id());
}

}  // namespace signaling::ctl
