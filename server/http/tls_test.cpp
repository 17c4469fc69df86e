#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "server/http/listener.h"
#include "server/log/log.h"

namespace gate::server {
namespace {

namespace asio = boost::asio;
using ::testing::HasSubstr;
using ::testing::StartsWith;

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* thing) const {
    Free(thing);
  }
};

/// A self-signed P-256 certificate for 127.0.0.1, generated for each test.
class TlsTest : public ::testing::Test {
 protected:
  TlsTest()
      : null_(open("/dev/null", O_WRONLY | O_CLOEXEC)),
        log_(null_, LogLevel::kError, LogFormat::kJson) {
    std::string pattern = (std::filesystem::temp_directory_path() / "gate-tls-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    make_pair("a");
    settings_.tls =
        TlsFiles{.certificate_chain = folder_ + "/a.crt", .private_key = folder_ + "/a.key"};
  }
  ~TlsTest() override {
    std::filesystem::remove_all(folder_);
    close(null_);
  }

  void make_pair(const std::string& name) const {
    const std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>> key(EVP_EC_gen("P-256"));
    const std::unique_ptr<X509, Freed<X509_free>> certificate(X509_new());
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    X509_NAME* subject = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), subject);
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    const std::unique_ptr<FILE, Freed<fclose>> crt(
        fopen((folder_ + "/" + name + ".crt").c_str(), "w"));
    PEM_write_X509(crt.get(), certificate.get());
    const std::string key_file = folder_ + "/" + name + ".key";
    const std::unique_ptr<FILE, Freed<fclose>> pem(fopen(key_file.c_str(), "w"));
    PEM_write_PrivateKey(pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    chmod(key_file.c_str(), 0600);
  }

  Result<std::unique_ptr<Listener>> start() {
    return Listener::start(
        settings_,
        [](const HttpRequest&) { return HttpResponse{.status = 200, .headers = {}, .body = "hi"}; },
        {}, log_);
  }

  /// The common name of the server's certificate, or the failure, with `version` as the highest TLS
  /// version.
  static std::string shake_hands(std::uint16_t port, int version, std::string* answer = nullptr) {
    asio::io_context io;
    asio::ssl::context context(asio::ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context.native_handle(), version);
    SSL_CTX_set_security_level(context.native_handle(), 0);
    asio::ssl::stream<asio::ip::tcp::socket> stream(io, context);
    stream.next_layer().connect({asio::ip::address_v4::loopback(), port});
    boost::system::error_code error;
    stream.handshake(asio::ssl::stream_base::client, error);
    if (error) {
      return "failed";
    }
    const std::unique_ptr<X509, Freed<X509_free>> shown(
        SSL_get1_peer_certificate(stream.native_handle()));
    char name[64] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(shown.get()), NID_commonName, name,
                              sizeof name);
    if (answer != nullptr) {
      asio::write(
          stream,
          asio::buffer(std::string("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")));
      asio::read(stream, asio::dynamic_buffer(*answer), error);
    }
    return name;
  }

  int null_;
  Logger log_;
  std::string folder_;
  ListenerSettings settings_;
};

TEST_F(TlsTest, E10_SpeaksTls12AndTls13AndNothingOlder) {
  const auto listener = start();
  ASSERT_TRUE(listener.has_value()) << listener.error().message;
  std::string answer;
  EXPECT_EQ(shake_hands((*listener)->port(), TLS1_3_VERSION, &answer), "a");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(answer, HasSubstr("Strict-Transport-Security: max-age="));
  EXPECT_EQ(shake_hands((*listener)->port(), TLS1_2_VERSION), "a");
  EXPECT_EQ(shake_hands((*listener)->port(), TLS1_1_VERSION), "failed");
}

TEST_F(TlsTest, ListensBeyondLoopbackWithTls) {
  settings_.address = "0.0.0.0";
  EXPECT_TRUE(start().has_value());
}

TEST_F(TlsTest, RefusesAKeyThatOthersMayRead) {
  chmod(settings_.tls->private_key.c_str(), 0640);
  EXPECT_THAT(start().error().message, HasSubstr("can be read by others"));
}

TEST_F(TlsTest, RefusesAKeyOfAnotherCertificate) {
  make_pair("b");
  settings_.tls->private_key = folder_ + "/b.key";
  EXPECT_FALSE(start().has_value());
}

TEST_F(TlsTest, ReloadTakesTheNewPairAndKeepsTheOldOneWhenTheNewIsBroken) {
  const auto listener = start();
  ASSERT_TRUE(listener.has_value());
  make_pair("b");
  std::filesystem::rename(folder_ + "/b.crt", folder_ + "/a.crt");
  EXPECT_FALSE((*listener)->reload_tls().has_value())
      << "the key still belongs to the old certificate";
  EXPECT_EQ(shake_hands((*listener)->port(), TLS1_3_VERSION), "a");
  std::filesystem::rename(folder_ + "/b.key", folder_ + "/a.key");
  EXPECT_TRUE((*listener)->reload_tls().has_value());
  EXPECT_EQ(shake_hands((*listener)->port(), TLS1_3_VERSION), "b");
}

}  // namespace
}  // namespace gate::server
