#include "services/common/acceptor.h"

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "gtest/gtest.h"

namespace signaling {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// That of a kernel that knows no IPv6. Not to be listened with: it remembers where it was bound.
struct Ipv4Acceptor {
  void open(const tcp& protocol, boost::system::error_code& ec) {
    if (protocol == tcp::v6()) ec = asio::error::address_family_not_supported;
  }
  template <class Option>
  void set_option(const Option&, boost::system::error_code&) {}
  void bind(const tcp::endpoint& endpoint, boost::system::error_code&) { bound = endpoint; }
  void listen(int, boost::system::error_code&) {}

  std::optional<tcp::endpoint> bound;
};

TEST(AcceptorTest, EveryAddressIsThoseOfIpv4WhereThereIsNoOther) {
  for (const char* address : {"::", "0.0.0.0"}) {
    Ipv4Acceptor acceptor;
    EXPECT_TRUE(Listen(acceptor, address, 8765).ok()) << address;
    EXPECT_EQ(acceptor.bound, tcp::endpoint(asio::ip::address_v4::any(), 8765)) << address;
  }
}

TEST(AcceptorTest, OneThatCannotBeIsNotReplaced) {
  Ipv4Acceptor acceptor;
  EXPECT_EQ(Listen(acceptor, "::1", 8765).message(),
            "cannot listen on [::1]:8765: Address family not supported by protocol");
  EXPECT_FALSE(acceptor.bound);
}

TEST(AcceptorTest, APortThatIsTakenIsNamed) {
  asio::io_context io;
  tcp::acceptor first(io);
  tcp::acceptor second(io);
  ASSERT_TRUE(Listen(first, "127.0.0.1", 0).ok());
  const int port = first.local_endpoint().port();
  EXPECT_GT(port, 0);
  EXPECT_EQ(Listen(second, "127.0.0.1", static_cast<std::uint16_t>(port)).message(),
            "cannot listen on 127.0.0.1:" + std::to_string(port) + ": Address already in use");
}

}  // namespace
}  // namespace signaling
