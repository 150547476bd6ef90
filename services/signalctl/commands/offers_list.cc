#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/signalctl/commands/commands.h"
#include "services/signalctl/commands/offer_view.h"
#include "services/signalctl/context.h"
#include "services/signalctl/human.h"
#include "services/signalctl/json.h"
#include "services/signalctl/office.h"
#include "services/signalctl/paging.h"

namespace signaling::ctl {
namespace {

struct Options {
  signaling::v1::ListOffersRequest request;
  std::uint32_t limit = 0;
};

absl::Status Run(const Options& options, Context& context) {
  auto office = Office::Open(context);
  if (!office.ok()) return office.status();
  const auto offers = ListAll(**office, options.request, options.limit,
                              &signaling::v1::ListOffersResponse::mutable_offers);
  if (!offers.ok()) return offers.status();
  if (context.options.json()) {
    PrintJsonArray(context.out, *offers);
    return absl::OkStatus();
  }
  const absl::Time now = absl::Now();
  Table table({"OFFER", "STATE", "OF", "CLAIMED BY", "CREATED", "ENDS", "CLAIMS", "ROOM"});
  for (const auto& offer : *offers) {
    const bool claimed = offer.state() == signaling::v1::OFFER_STATE_CLAIMED;
    const bool queued = offer.state() == signaling::v1::OFFER_STATE_QUEUED;
    table.Add({offer.offer_id(), StateOf(offer), offer.client_id(), offer.claimer_client_id(),
               HumanTime(offer.create_time(), now),
               claimed  ? HumanTime(offer.lease_expire_time(), now)
               : queued ? HumanTime(offer.expire_time(), now)
                        : "",
               absl::StrCat(offer.claim_count()), offer.room()});
  }
  context.PrintList(table, "offers");
  return absl::OkStatus();
}

}  // namespace

void AddOffersList(CommandTree& tree) {
  auto options = std::make_shared<Options>();
  Command command = tree.Add(
      {.name = "offers list",
       .summary = "Lists the stored offers that have not ended, oldest first.",
       .example = "signalctl offers list --client ann",
       .columns =
           "OFFER: its id, which is a secret: who has it may claim the offer. ENDS: when it "
           "expires, or while\n"
           "it is claimed, its lease. CLAIMS: how often it was claimed. ROOM: of an offer that a "
           "client of /\n"
           "left there. With -o json: an array of Offer, as in proto/signaling/v1/rooms.proto."},
      [options](Context& context) { return Run(*options, context); });
  command.Option("--client", options->request.mutable_client_id(),
                 "Only the offers of this client.", {.value = "CLIENT"});
  command.Option("--limit", &options->limit, "At most so many; 0, the default, is all.");
}

}  // namespace signaling::ctl
