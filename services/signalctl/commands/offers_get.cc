#include "services/signalctl/commands/commands.h"
#include "services/signalctl/commands/offer_view.h"
#include "services/signalctl/context.h"
#include "services/signalctl/office.h"

namespace signaling::ctl {
namespace {

absl::Status Run(const signaling::v1::GetOfferRequest& request, Context& context) {
  auto office = Office::Open(context);
  if (!office.ok()) return office.status();
  const auto response = (*office)->Call(request);
  if (!response.ok()) return response.status();
  PrintOffer(context, response->offer());
  return absl::OkStatus();
}

}  // namespace

void AddOffersGet(CommandTree& tree) {
  auto request = std::make_shared<signaling::v1::GetOfferRequest>();
  Command command = tree.Add(
      {.name = "offers get",
       .summary = "Shows a stored offer, also for a minute after its end.",
       .example = "signalctl offers get J5UHj2oXKzkGfq0rVTm1Bw",
       .columns =
           "Never what was offered. With -o json: an Offer, as in proto/signaling/v1/rooms.proto."},
      [request](Context& context) { return Run(*request, context); });
  command.Argument("OFFER", request->mutable_offer_id(), "Its id.");
}

}  // namespace signaling::ctl
