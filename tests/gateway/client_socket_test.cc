#include "gateway/client_socket.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "gateway/tls/context.h"
#include "tests/support/certificates.h"

namespace signaling::gateway {
namespace {

constexpr std::chrono::seconds kPatience{30};

// A client that waits in every call, on a thread of the test's.
class TlsClient {
 public:
  explicit TlsClient(TcpSocket socket)
      : socket_(std::move(socket)), context_(SSL_CTX_new(TLS_client_method())) {
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), socket_.native_handle());
  }

  bool Connect() { return SSL_connect(ssl_.get()) == 1; }
  // Until so many bytes have come, or nothing comes any more.
  std::string Read(std::size_t count) {
    std::string text(count, '\0');
    std::size_t got = 0;
    while (got < count) {
      const int size = SSL_read(ssl_.get(), text.data() + got, static_cast<int>(count - got));
      if (size <= 0) break;
      got += static_cast<std::size_t>(size);
    }
    text.resize(got);
    return text;
  }
  bool Write(const std::string& text) {
    return SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())) > 0;
  }
  // Sends so many messages of TLS itself, and nothing for the server.
  bool UpdateKeys(int count) {
    for (int i = 0; i < count; ++i) {
      if (SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_NOT_REQUESTED) != 1) return false;
      if (SSL_do_handshake(ssl_.get()) != 1) return false;
    }
    return true;
  }
  // The server has said that nothing follows, instead of merely going.
  bool WasToldTheEnd() {
    char byte = 0;
    const int size = SSL_read(ssl_.get(), &byte, 1);
    return size == 0 && SSL_get_error(ssl_.get(), size) == SSL_ERROR_ZERO_RETURN;
  }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  TcpSocket socket_;
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> ssl_;
};

class ClientSocketTest : public ::testing::Test {
 protected:
  // Both ends of a connection with TLS, after the handshake.
  void SetUp() override {
    std::signal(SIGPIPE, SIG_IGN);  // as the process does
    net::basic_socket_acceptor<net::ip::tcp, IoContext::executor_type> acceptor(
        io_, net::ip::tcp::endpoint(net::ip::address_v4::loopback(), 0));
    TcpSocket near(io_);
    near.connect(acceptor.local_endpoint());
    TcpSocket far = acceptor.accept();
    // So that it is soon full.
    far.set_option(net::socket_base::send_buffer_size(8 * 1024));
    socket_.emplace(std::move(far));
    client_.emplace(std::move(near));

    const TestCertificate certificate = TestCa().Sign("DNS:localhost");
    auto context = MakeTlsContext(
        {.certificates = certificate.certificate, .key = certificate.key, .info = {}});
    ASSERT_TRUE(context.ok()) << context.status();
    context_ = *context;
    socket_->StartTls(*context_);
    bool connected = false;
    std::thread thread([this, &connected] { connected = client_->Connect(); });
    std::optional<beast::error_code> result;
    socket_->async_handshake([&result](beast::error_code ec, std::size_t) { result = ec; });
    RunUntil([&result] { return result.has_value(); });
    thread.join();
    ASSERT_TRUE(connected);
    ASSERT_FALSE(*result) << result->message();
  }

  template <class Done>
  void RunUntil(Done done) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!done()) {
      ASSERT_LT(std::chrono::steady_clock::now(), end);
      io_.restart();
      io_.run_one_for(std::chrono::milliseconds(100));
    }
  }

  // What one read brings.
  std::string ReadSome(std::size_t size) {
    std::string text(size, '\0');
    std::optional<std::size_t> got;
    socket_->async_read_some(net::buffer(text), [&](beast::error_code ec, std::size_t count) {
      error_ = ec;
      got = count;
    });
    EXPECT_FALSE(got.has_value()) << "never from within the call";
    RunUntil([&got] { return got.has_value(); });
    text.resize(got.value_or(0));
    return text;
  }

  IoContext io_{1};
  std::shared_ptr<TlsContext> context_;
  std::optional<ClientSocket> socket_;
  std::optional<TlsClient> client_;
  beast::error_code error_;
};

TEST_F(ClientSocketTest, WhatIsNotTakenAtOnceIsOfferedAgainAndArrivesOnce) {
  std::string sent;
  for (int i = 0; sent.size() < std::size_t{8} * 1024 * 1024; ++i) {
    sent += std::to_string(i) + " ";
  }
  std::string_view left = sent;
  beast::error_code ec;
  std::size_t offered = std::size_t{40} * 1024;
  while (!ec) left.remove_prefix(socket_->write_some(left.substr(0, offered), ec));
  ASSERT_EQ(ec, net::error::would_block);
  ASSERT_GT(left.size(), 0u);

  std::string received;
  std::thread thread([&] { received = client_->Read(sent.size()); });
  while (!left.empty()) {
    // As an outbox does that grows between the calls: the same bytes first, at another address, and more behind them.
    offered += 1000;
    const std::string moved(left.substr(0, offered));
    left.remove_prefix(socket_->write_some(moved, ec));
    if (!ec) continue;
    ASSERT_EQ(ec, net::error::would_block);
    bool writable = false;
    socket_->async_wait(net::socket_base::wait_write,
                        [&writable](beast::error_code) { writable = true; });
    RunUntil([&writable] { return writable; });
  }
  thread.join();
  EXPECT_TRUE(received == sent);
}

TEST_F(ClientSocketTest, ReadsWhatHasComeAlreadyWithoutWaitingForMore) {
  ASSERT_TRUE(client_->Write("one and two"));
  EXPECT_EQ(ReadSome(4), "one ");
  EXPECT_EQ(ReadSome(4), "and ");
  EXPECT_EQ(ReadSome(4), "two");
  EXPECT_FALSE(error_);
}

TEST_F(ClientSocketTest, AWriteThatTlsHasToReadForWaitsToRead) {
  EXPECT_EQ(socket_->write_wait(), net::socket_base::wait_write);
  net::basic_socket_acceptor<net::ip::tcp, IoContext::executor_type> acceptor(
      io_, net::ip::tcp::endpoint(net::ip::address_v4::loopback(), 0));
  TcpSocket silent(io_);
  silent.connect(acceptor.local_endpoint());
  ClientSocket socket(acceptor.accept());
  socket.StartTls(*context_);
  beast::error_code ec;
  // As after half a KeyUpdate: there is room to write, but what comes first is the peer's.
  EXPECT_EQ(socket.write_some("early", ec), 0U);
  EXPECT_EQ(ec, net::error::would_block);
  EXPECT_EQ(socket.write_wait(), net::socket_base::wait_read);
}

TEST_F(ClientSocketTest, NewKeysNowAndThenAreNoData) {
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(client_->UpdateKeys(50));
    ASSERT_TRUE(client_->Write("data"));
    EXPECT_EQ(ReadSome(10), "data");
    EXPECT_FALSE(error_) << error_.message();
  }
}

TEST_F(ClientSocketTest, APeerThatSendsNothingButNewKeysIsAnError) {
  ASSERT_TRUE(client_->UpdateKeys(2000));
  ASSERT_TRUE(client_->Write("data"));
  EXPECT_EQ(ReadSome(10), "");
  EXPECT_EQ(error_, net::error::connection_aborted);
}

TEST_F(ClientSocketTest, AnAnswerInPiecesIsOneRecord) {
  const std::array<net::const_buffer, 3> pieces{net::buffer("one ", 4), net::const_buffer(),
                                                net::buffer("two", 3)};
  std::optional<std::size_t> written;
  socket_->async_write_some(pieces,
                            [&written](beast::error_code, std::size_t count) { written = count; });
  RunUntil([&written] { return written.has_value(); });
  EXPECT_EQ(written, 7u);
  EXPECT_EQ(client_->Read(7), "one two");
}

TEST_F(ClientSocketTest, TheEndIsToldHoweverItComes) {
  socket_->ShutDown();
  EXPECT_TRUE(client_->WasToldTheEnd());
}

TEST_F(ClientSocketTest, TheEndIsToldWhereTheSocketGoes) {
  socket_.reset();
  EXPECT_TRUE(client_->WasToldTheEnd());
}

TEST_F(ClientSocketTest, AClosedOneTouchesItsDescriptorNoMore) {
  bool told = false;
  std::array<char, 1> byte{};
  socket_->async_read_some(net::buffer(byte), [&](beast::error_code ec, std::size_t) {
    error_ = ec;
    told = true;
  });
  beast::error_code ec;
  socket_->close(ec);
  RunUntil([&told] { return told; });
  EXPECT_EQ(error_, net::error::operation_aborted);
  socket_->write_some("late", ec);
  EXPECT_EQ(ec, net::error::operation_aborted);
  EXPECT_EQ(ReadSome(1), "");
  EXPECT_EQ(error_, net::error::operation_aborted);
  socket_->ShutDown();
}

TEST_F(ClientSocketTest, APeerThatIsGoneIsAnEnd) {
  client_.reset();
  EXPECT_EQ(ReadSome(1), "");
  EXPECT_EQ(error_, net::error::eof);
}

}  // namespace
}  // namespace signaling::gateway
